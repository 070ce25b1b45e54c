"""What can go wrong, each with the code that the HTTP interface answers."""


class ParcelpostError(Exception):
    code = "error"
    http_status = 400


class UnknownShipment(ParcelpostError):
    code = "unknown_shipment"
    http_status = 404


class DuplicateShipment(ParcelpostError):
    code = "duplicate_shipment"
    http_status = 409


class UnknownCarrier(ParcelpostError):
    code = "unknown_carrier"


class InvalidNumber(ParcelpostError):
    code = "invalid_number"


class InvalidScan(ParcelpostError):
    code = "invalid_scan"


class Unauthorized(ParcelpostError):
    code = "unauthorized"
    http_status = 401
