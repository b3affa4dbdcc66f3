# SPDX-License-Identifier: Apache-2.0
"""The signed objects of docs/offline-protocol.md, as a wallet needs them: written from that text alone."""

import base64
import hashlib
import re
import unicodedata

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ES256 = ec.ECDSA(hashes.SHA256())


class Refusal(Exception):
    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code


def require(condition, code, message=""):
    if not condition:
        raise Refusal(code, message)


def b64(data):
    return base64.b64encode(data).decode()


def unb64(text):
    return base64.b64decode(text, validate=True)


def sha256(data):
    return hashlib.sha256(data).digest()


# Encoding: what was read must come out the same when it is encoded again, and each item must be of its one type.


def encode(value):
    return cbor2.dumps(value, canonical=True)


def decode(data):
    try:
        value = cbor2.loads(data)
        same = encode(value) == data
    except Exception as error:  # hostile bytes may raise anything
        raise Refusal("OFFLINE_MALFORMED", type(error).__name__) from error
    require(same, "OFFLINE_MALFORMED", "not in its one form")
    return value


def number(low, high):
    return lambda v: type(v) is int and low <= v <= high  # a bool is an int, too, for isinstance


def octets(size):
    return lambda v: type(v) is bytes and len(v) == size


def text(pattern):
    return lambda v: type(v) is str and re.fullmatch(pattern, v) is not None


def array(*checks):
    """Below a tag, cbor2 reads arrays as tuples."""
    return lambda v: (
        type(v) in (list, tuple) and len(v) == len(checks) and all(check(item) for check, item in zip(checks, v))
    )


def maybe(check):
    return lambda v: array()(v) or array(check)(v)


def name(v):
    """One to 64 bytes in NFC: words of what can be seen, with single spaces between; none begins with a mark."""
    if type(v) is not str or len(v.encode()) > 64 or unicodedata.normalize("NFC", v) != v:
        return False
    words = [[unicodedata.category(character)[0] for character in word] for word in v.split(" ")]
    return all(word and word[0] != "M" and set(word) <= set("LMNPS") for word in words)


VERSION, EPOCH, COUNTER, MONEY = number(1, 1), number(0, 99_999_999), number(1, 64), number(1, 10**18 - 1)
NUMBER, TIME, SECONDS = number(0, 2**32 - 1), number(0, 8_640_000_000_000), number(0, 8_640_000_000)
ID, CHANNEL = text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"), text(r"[a-z][a-z0-9.-]{0,248}")
CURRENCY, LICENCE = text(r"[A-Z]{3}"), text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
KID, NONCE, HASH, POINT, SIGNATURE = octets(8), octets(16), octets(32), octets(64), octets(64)
LIMITS = (MONEY, MONEY, COUNTER, TIME, TIME, NUMBER, NUMBER)

SHAPES = {
    "device-certificate": array(VERSION, CHANNEL, ID, ID, ID, EPOCH, POINT, CURRENCY, *LIMITS),
    "payee-certificate": array(VERSION, CHANNEL, ID, ID, ID, POINT, name, LICENCE, TIME),
    "payment-request": array(*(VERSION, CHANNEL, ID, ID, ID, MONEY, CURRENCY, NONCE, NUMBER, TIME, TIME, maybe(HASH))),
    "voucher": array(VERSION, HASH, COUNTER, HASH, MONEY, HASH, TIME),
    "receipt": array(VERSION, HASH, HASH, TIME),
    "cancellation": array(VERSION, HASH, TIME),
}
ISSUED = ("device-certificate", "payee-certificate")
PACKED_REQUEST = array(
    *(VERSION, ID, ID, ID, MONEY, CURRENCY, NONCE, NUMBER, TIME, maybe(HASH), SECONDS, SIGNATURE),
    maybe(array(POINT, name, LICENCE, TIME, KID, SIGNATURE)),
)


class Signed:
    """One signed object: what it says (`items`), and by which bytes. Nothing is verified until `verify`."""

    def __init__(self, kind, payload, signature, kid=None):
        self.kind, self.payload, self.signature, self.kid = kind, payload, signature, kid
        self.items = decode(payload)
        require(SHAPES[kind](self.items), "OFFLINE_MALFORMED", f"no {kind}")
        self.header = encode({1: -7, 3: f"offpay/{kind}"} | ({} if kid is None else {4: kid}))
        self.signed = encode(["Signature1", self.header, b"", payload])
        self.digest = sha256(self.signed)

    @classmethod
    def read(cls, kind, data):
        whole = decode(data)
        require(type(whole) is cbor2.CBORTag and whole.tag == 18, "OFFLINE_MALFORMED", "no COSE_Sign1")
        is_bytes = lambda v: type(v) is bytes
        shape = array(is_bytes, lambda v: v == {}, is_bytes, SIGNATURE)
        require(shape(whole.value), "OFFLINE_MALFORMED", "no COSE_Sign1")
        header, _, payload, signature = whole.value
        read = cls(kind, payload, signature, header[-8:] if kind in ISSUED else None)
        require(read.header == header, "OFFLINE_MALFORMED", f"no {kind}")
        return read

    @property
    def whole(self):
        return encode(cbor2.CBORTag(18, [self.header, {}, self.payload, self.signature]))

    def verify(self, point, code="OFFLINE_SIGNATURE_INVALID"):
        r, s = int.from_bytes(self.signature[:32], "big"), int.from_bytes(self.signature[32:], "big")
        try:
            require(s <= ORDER // 2, code, "s is high")
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + point)
            key.verify(encode_dss_signature(r, s), self.signed, ES256)
        except (InvalidSignature, ValueError) as error:
            raise Refusal(code, self.kind) from error


def signed_by(private_key, kind, payload):
    """Signs the payload, with low s."""
    r, s = decode_dss_signature(private_key.sign(Signed(kind, payload, b"").signed, ES256))
    return Signed(kind, payload, r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big"))


def point_of(public_key):
    numbers = public_key.public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
