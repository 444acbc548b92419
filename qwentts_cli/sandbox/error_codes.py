"""The service's errors by code and by status (Model Studio, error codes); OSS's for the audio host."""

from __future__ import annotations

from http import HTTPStatus

from qwentts_cli.sandbox.http.reply import ServiceError

_BY_CODE: dict[str, tuple[int, str]] = {
    "AccessDenied": (403, "Access denied."),
    "AccessDenied.Unpurchased": (
        403,
        "Access to model denied. Please make sure you are eligible for using the model.",
    ),
    "AllocationQuota.FreeTierOnly": (403, "The free tier of the model has been exhausted."),
    "Arrearage": (400, "Access denied, please make sure your account is in good standing."),
    "CommodityNotPurchased": (429, "Commodity has not purchased yet."),
    "DataInspectionFailed": (400, "Input or output data may contain inappropriate content."),
    "InternalError": (500, "An internal error has occured, please try again later."),
    "InternalError.Algo": (500, "inference internal error."),
    "InternalError.Timeout": (500, "An internal timeout error has occured during execution."),
    "InvalidApiKey": (401, "Invalid API-key provided."),
    "InvalidParameter": (400, "Required parameter(s) missing or invalid, please check the request."),
    "Model.AccessDenied": (403, "Model access denied."),
    "ModelNotFound": (404, "Model can not be found."),
    "ModelServingError": (
        503,
        "Too many requests. Your requests are being throttled due to system capacity limits.",
    ),
    "ModelUnavailable": (503, "Model is unavailable, please try again later."),
    "PostpaidBillOverdue": (429, "Postpaid bill is overdue."),
    "PrepaidBillOverdue": (429, "Prepaid bill is overdue."),
    "RequestTimeOut": (500, "Request timed out, please try again later."),
    "SystemError": (500, "An system error has occured, please try again later."),
    "Throttling": (429, "Requests throttling triggered."),
    "Throttling.AllocationQuota": (429, "Allocated quota exceeded, please increase your quota limit."),
    "Throttling.BurstRate": (429, "Request rate increased too quickly."),
    "Throttling.RateQuota": (429, "Requests rate limit exceeded, please try again later."),
    "Workspace.AccessDenied": (403, "Workspace access denied."),
}
_BY_STATUS = {
    400: "InvalidParameter",
    401: "InvalidApiKey",
    403: "AccessDenied",
    404: "ModelNotFound",
    408: "RequestTimeOut",
    429: "Throttling.RateQuota",
    500: "InternalError",
    503: "ModelUnavailable",
}
_OSS_BY_STATUS = {
    403: ("AccessDenied", "You have no right to access this object."),
    404: ("NoSuchKey", "The specified key does not exist."),
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Please reduce your request rate."),
}

CODES = tuple(_BY_CODE)


def error_of_code(code: str) -> ServiceError:
    status, message = _BY_CODE[code]
    return ServiceError(status, code, message)


def error_of_status(status: int) -> ServiceError:
    """Give the usual error of a status; one that is not documented gets HTTP's own words."""
    if code := _BY_STATUS.get(status):
        return ServiceError(status, code, _BY_CODE[code][1])
    return ServiceError(status, *_in_http_words(status))


def oss_error_of_status(status: int) -> ServiceError:
    return ServiceError(status, *(_OSS_BY_STATUS.get(status) or _in_http_words(status)))


def _in_http_words(status: int) -> tuple[str, str]:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown Error"
    return phrase.title().replace(" ", "").replace("-", ""), f"{phrase}."
