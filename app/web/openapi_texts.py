"""Descriptions by name, for parameters and properties that mean the same wherever they stand.

A description at the declaration itself takes precedence.
"""

QUERY = {
    "active": "Whether to return only rules that are in force, or only those that are not.",
    "archived": "Whether to return customers that are not archived (`no`), archived ones (`yes`), or both (`any`).",
    "before": "Only entries that occurred before this timestamp.",
    "breached": "Whether to return only complaints that missed a target time, or only those that missed none.",
    "category": "Only items in this category. The spelling must match exactly.",
    "channel": "Only items that came in or went out on this channel.",
    "code": "Only the item with this code, which is unique.",
    "competitor": "Only feedback about the competitor of this name.",
    "complaint_id": "Only items that belong to the complaint with this id.",
    "country": "Only customers with an address in this country, an ISO 3166-1 alpha-2 code.",
    "customer_id": "Only items that belong to the customer with this id.",
    "direction": "Only interactions in this direction, as seen from the business.",
    "done": "Whether to return only actions that are completed, or only those that are not.",
    "email": "An e-mail address, matched without regard to upper and lower case.",
    "external_id": "Only the item with this id in the external system. Use it together with `source`.",
    "feeling": "Only complaints whose customer was assessed as feeling like this.",
    "idea_id": "Only feedback that is linked to the idea with this id.",
    "interaction_id": "Only items that were recorded in the interaction with this id.",
    "invitation_id": "Only feedback given in reply to the invitation with this id.",
    "kind": "Only items of this kind.",
    "match": "Only items whose customer was identified with this result.",
    "method": "Only feedback that was collected by this method.",
    "metric": "Only feedback whose main rating is on this metric.",
    "nps_class": "Only feedback of this Net Promoter Score class.",
    "owner": "Only items for which this member of staff is responsible, in whatever case the name is written.",
    "priority": "Only complaints that have this priority.",
    "receipt_no": "Only receipts with this number, which is unique within a source.",
    "referred_by": "Only customers who were referred by the customer with this id.",
    "role": "Only customers who have this role, among others.",
    "sale_id": "Only items that refer to the receipt with this id.",
    "scorecard_id": "Only visits that use the scorecard with this id.",
    "sentiment": "Only feedback whose text has this sentiment.",
    "severity": "Only complaints that were assessed with this severity.",
    "shopper": "Only visits made by this mystery shopper or observer, in whatever case the name is written.",
    "since": "Only entries that occurred at or after this timestamp.",
    "site": "Only items that concern the site with this code.",
    "sku": "Only items that concern the product with this SKU.",
    "sort": "The sort order. A leading minus sign sorts in descending order.",
    "source": "Only items that came from this external system.",
    "staff": "Only items that involve this member of staff, in whatever case the name is written.",
    "state": "Only items that are in this state.",
    "status": "Only items that have this status.",
    "survey_id": "Only items that belong to the survey with this id.",
    "theme": "Only feedback whose text mentions the theme with this code.",
    "thread": "Only interactions with this id of a conversation, whatever their source.",
    "till": "Only items from the till with this number.",
    "trade": "Only customers of this kind of trade.",
    "verified": "Whether to return only actions whose effect was verified, or only those where it was not.",
    "visit_id": "Only feedback that was given on the visit with this id.",
    "voided": "Whether to return receipts that are not voided (`no`), voided ones (`yes`), or both (`any`).",
}
PATH = {
    "external_id": "The id that the external system uses for the resource.",
    "system": "The external system that issued the id.",
}
HEADER = {"if-none-match": "Send `*` to create only: if the resource already exists, the response is 412."}
PROPERTIES = {
    "created_at": "When the resource was created in Rapport.",
    "id": "The id of the resource, a UUID assigned by Rapport.",
    "updated_at": "When the resource was last changed in Rapport.",
    "version": "The version of the resource. It starts at 1 and increases with every change.",
}


def parameter(name: str, location: str) -> str:
    """What a parameter means. Raises LookupError for a name that says nothing here: then its declaration has to."""
    if (text := _BY_LOCATION[location].get(name)) is not None:
        return text
    if location == "path" and name.endswith("_id"):
        return f"The id of the {name.removesuffix('_id').replace('_', ' ')}."
    for ending, bound in (("_since", "at or after"), ("_before", "before")):
        if name.endswith(ending):
            return f"Only items whose `{name.removesuffix(ending)}_at` is {bound} this timestamp."
    raise LookupError(f"The parameter `{name}` needs a description")


_BY_LOCATION = {"query": QUERY, "path": PATH, "header": HEADER}
