# SPDX-License-Identifier: Apache-2.0
"""Holds test/vectors/offline.json against docs/offline-protocol.md, by code that shares nothing with the wallet or with ours.

    python check_vectors.py offline.json

Prints what was checked, and every vector that does not hold; then the exit code is 1.
"""

import hashlib
import json
import sys
from base64 import b64decode, urlsafe_b64decode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from forms import (
    Malformed,
    changed,
    digest_of,
    envelope,
    opened,
    payload,
    read,
    structure,
    unpacked_payment,
    unpacked_request,
    whole_claim,
)

HALF_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2


def is_signed(key, signed, signature):
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    try:
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return s <= HALF_ORDER


def point_key(point):
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + point)


def jwk_key(jwk):
    return point_key(b"".join(urlsafe_b64decode(jwk[axis] + "=") for axis in "xy"))


def check_object(vector, vectors):
    kind = vector["purpose"].removeprefix("offpay/")
    content, kid, signature = opened(kind, bytes.fromhex(vector["bytes"]))
    signed = structure(kind, content, kid)
    return (
        content.hex() == vector["payload"]
        and signed.hex() == vector["sigStructure"]
        and digest_of(kind, content, kid).hex() == vector["digest"]
        and is_signed(jwk_key(vectors["keys"][vector["key"]]), signed, signature)
    )


def issued_by(vectors, kind, data):
    content, kid, signature = opened(kind, data)
    issuer = next(entry for entry in vectors["issuers"] if entry["kid"] == kid.hex())
    return is_signed(load_der_public_key(b64decode(issuer["publicKey"])), structure(kind, content, kid), signature)


def check_packed_request(vector, vectors):
    request, payee = unpacked_request(bytes.fromhex(vector["packed"]), vector["channel"], vector["bankId"])
    if request.hex() != vector["request"] or (payee and payee.hex()) != vector["payee"]:
        return False
    content, _, signature = opened("payment-request", request)
    signer = jwk_key(vectors["keys"]["terminal"])
    return is_signed(signer, structure("payment-request", content, None), signature) and (
        payee is None or issued_by(vectors, "payee-certificate", payee)
    )


def check_packed_payment(vector, vectors):
    voucher, certificate = unpacked_payment(bytes.fromhex(vector["packed"]), bytes.fromhex(vector["request"]))
    pair = payload("pair", bytes.fromhex(vector["pair"]))
    if pair != [voucher, certificate] or pair != [
        bytes.fromhex(vector["voucher"]),
        bytes.fromhex(vector["certificate"]),
    ]:
        return False
    content, _, signature = opened("voucher", voucher)
    granted = payload("device-certificate", opened("device-certificate", certificate)[0])
    signed = is_signed(point_key(granted[6]), structure("voucher", content, None), signature)
    return signed and issued_by(vectors, "device-certificate", certificate)


def check_evidence(vector, vectors):
    parts = payload("payment-evidence", bytes.fromhex(vector["bytes"]))[1:]
    kinds = ("request", "voucher", "certificate", "payee", "receipt")
    if [part.hex() for part in parts] != [vector[kind] for kind in kinds]:
        return False
    request, voucher, _, payee, receipt = parts
    key = point_key(payload("payee-certificate", opened("payee-certificate", payee)[0])[5])
    told = payload("receipt", opened("receipt", receipt)[0])
    asked = opened("payment-request", request)[0]
    by_terminal = [
        is_signed(key, structure(kind, opened(kind, data)[0], None), opened(kind, data)[2])
        for kind, data in (("payment-request", request), ("receipt", receipt))
    ]
    named = told[1:3] == [digest_of("voucher", opened("voucher", voucher)[0]), hashlib.sha256(asked).digest()]
    return named and all(by_terminal)


def check_claim(vector, vectors):
    claims = vectors["shortClaims"]
    reserve = claims["reserve"]
    certificates = [urlsafe_b64decode(digest + "=") for digest in reserve["certificates"]]
    try:
        content, signature, request = whole_claim(vector, claims["context"], certificates)
    except Malformed:
        return vector["expected"] == "malformed"
    whole = vector["whole"]
    if whole and (envelope("voucher", content, signature).hex(), request.hex()) != (whole["voucher"], whole["request"]):
        return False
    if read(content)[1] not in certificates:
        return vector["expected"] == "unknownCertificate"
    key = load_der_public_key(b64decode(reserve["publicKey"]))
    signed = is_signed(key, structure("voucher", content, None), signature)
    return vector["expected"] == ("settled" if signed else "badSignature")


def check_changes(vector, vectors):
    try:
        newest = changed(bytes.fromhex(vector["known"]), bytes.fromhex(vector["changes"]))
    except Malformed:
        return vector["expected"] == "OFFLINE_MALFORMED"
    if not issued_by(vectors, "bulletin", newest):
        return vector["expected"] == "OFFLINE_SIGNATURE_INVALID"
    return vector["expected"] == "accepted" and newest.hex() == vector["newest"]


def check_malformed(vector, vectors):
    kind, data = vector["of"], bytes.fromhex(vector["bytes"])
    try:
        if kind.startswith("signed "):
            opened(kind.removeprefix("signed "), data)
        else:
            payload(kind, data)
    except Malformed:
        return True
    return False


CHECKS = (
    ("objects", check_object, lambda vectors: vectors["objects"]),
    ("packed requests", check_packed_request, lambda vectors: vectors["packedRequests"]),
    ("packed payments", check_packed_payment, lambda vectors: vectors["packedPayments"]),
    ("evidence", check_evidence, lambda vectors: vectors["evidence"]),
    ("short claims", check_claim, lambda vectors: vectors["shortClaims"]["claims"]),
    ("bulletin changes", check_changes, lambda vectors: vectors["changes"]),
    ("malformed", check_malformed, lambda vectors: vectors["malformed"]),
)


def holds(check, vector, vectors):
    try:
        return check(vector, vectors)
    except Exception as error:
        print(f"{vector['name']}: {type(error).__name__}: {error}")
        return False


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        vectors = json.load(file)
    failed = False
    for title, check, of in CHECKS:
        wrong = [vector for vector in of(vectors) if not holds(check, vector, vectors)]
        print(f"{title}: {len(of(vectors)) - len(wrong)} of {len(of(vectors))}")
        for vector in wrong:
            print(f"  does not hold: {vector.get('of', '')} {vector['name']}")
        failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
