"""What happens: one function a use case. The only floor that decides."""
