"use strict";

// JSON Lines need each document on a line of its own; the editor shows its example on several lines.
function asLines(body) {
  try {
    const value = JSON.parse(body);
    return (Array.isArray(value) ? value : [value]).map((line) => JSON.stringify(line)).join("\n") + "\n";
  } catch {
    return body;
  }
}

window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  syntaxHighlight: { theme: "idea" },
  requestInterceptor(request) {
    const type = request.headers && (request.headers["Content-Type"] || request.headers["content-type"]);
    if (type === "application/x-ndjson" && typeof request.body === "string") {
      request.body = asLines(request.body);
    }
    return request;
  },
});
