# SPDX-License-Identifier: Apache-2.0
"""Shows whether a bank counted a balance, written from docs/backing.md alone: python verify_backing.py AUTHORITY.pem ANSWER.json

AUTHORITY.pem is the certificate of the bank's authority, from the channel's settings; ANSWER.json what the bank answered with."""
import base64
import hashlib
import json
import sys

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ATTRIBUTES = x509.ObjectIdentifier("1.2.3.4.5.6.7.8.1")
sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()

def read_statement(answer, authority):
    certificate = x509.load_pem_x509_certificate(answer["certificate"].encode())
    certificate.verify_directly_issued_by(authority)
    attributes = json.loads(certificate.extensions.get_extension_for_oid(ATTRIBUTES).value.value)["attrs"]
    header, _, payload, signature = cbor2.loads(base64.b64decode(answer["statement"])).value
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    signed = cbor2.dumps(["Signature1", header, b"", payload])
    certificate.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    statement = json.loads(payload)
    right = attributes["role"] == "bank-node" and attributes["actor"] == statement["bankId"]
    return statement if right and cbor2.loads(header)[3] == "offpay/backing" else sys.exit("not by the bank's node")

def is_counted(statement, proof):
    leaf, node, last = proof["leaf"], proof["index"], proof["size"] - 1
    root = sha256(b"\0", json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode())
    for sibling in map(bytes.fromhex, proof["path"]):
        left = node % 2 == 1 or node == last
        root = sha256(b"\1", sibling, root) if left else sha256(b"\1", root, sibling)
        while left and node % 2 == 0 and node > 0:
            node, last = node // 2, last // 2
        node, last = node // 2, last // 2
    stated = statement["currencies"][leaf["currency"]]["liabilities"]
    same = leaf["bankId"] == statement["bankId"] and proof["size"] == stated["leaves"]
    return same and last == 0 and root.hex() == stated["root"]

if __name__ == "__main__":
    root = x509.load_pem_x509_certificate(open(sys.argv[1], "rb").read())
    answer = json.load(open(sys.argv[2], encoding="utf8"))
    counted = is_counted(read_statement(answer, root), answer["proof"])
    sys.exit(0 if counted and print("counted:", answer["proof"]["leaf"]["amount"]) is None else "not counted")
