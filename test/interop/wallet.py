# SPDX-License-Identifier: Apache-2.0
"""A device in another language, written from docs/offline-protocol.md alone: it shows that the specification is enough.

    python wallet.py STATE.json

Reads a JSON object a line and answers with one: `op` names a method of `Wallet`, the other members are its arguments. Bytes are
base64, times are seconds. A refusal is `{"code": ..., "message": ...}`. A real device keeps its key in hardware.
"""

import json
import os
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from objects import PACKED_REQUEST, Refusal, Signed, b64, decode, encode, point_of, require, sha256, signed_by, unb64

CLOCK_TOLERANCE = 60


class Wallet:
    """`state` is durable: key, issuers, newest certificate, `[counter, previous, cumulative]`, and what was answered."""

    def __init__(self, path):
        self.path = path
        if os.path.exists(path):
            with open(path, encoding="utf8") as file:
                self.state = json.load(file)  # a damaged file ends the program: a wallet never begins anew
        else:
            key = ec.generate_private_key(ec.SECP256R1())
            encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
            pem = key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
            self.state = {"key": pem, "issuers": {}, "certificate": None, "head": None, "answers": {}}
            self.save()
        self.private_key = serialization.load_pem_private_key(self.state["key"].encode(), None)

    def save(self):
        """Durable when it returns: the bytes before their name, the name before the folder."""
        with open(self.path + ".new", "w", encoding="utf8") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)
        folder = os.open(os.path.dirname(os.path.abspath(self.path)), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def key(self):
        return {"key": b64(point_of(self.private_key.public_key()))}

    def trust(self, bankId, publicKey):
        """`publicKey`: the SubjectPublicKeyInfo, in DER, of an issuer of the bank."""
        der = unb64(publicKey)
        point = point_of(serialization.load_der_public_key(der))
        self.state["issuers"][sha256(der)[:8].hex()] = {"bankId": bankId, "point": b64(point)}
        self.save()
        return {}

    def granted(self):
        require(self.state["certificate"], "OFFLINE_NOT_ALLOWED", "nothing is reserved")
        return Signed.read("device-certificate", unb64(self.state["certificate"]))

    def certificate(self, bytes):
        """Takes the bank's certificate: the first, a top-up, or a later epoch, which begins at counter 1. Safe to repeat."""
        new = Signed.read("device-certificate", unb64(bytes))
        require(new.items[12] > new.items[11], "OFFLINE_MALFORMED", "claimUntil")
        issuer = self.state["issuers"].get(new.kid.hex())
        require(issuer and issuer["bankId"] == new.items[2], "OFFLINE_CERTIFICATE_FORGED", "no issuer of the bank")
        new.verify(unb64(issuer["point"]), "OFFLINE_CERTIFICATE_FORGED")
        require(new.items[6] == point_of(self.private_key.public_key()), "OFFLINE_CERTIFICATE_MISMATCH", "deviceKey")
        before = self.granted() if self.state["certificate"] else None
        if before is None or before.digest != new.digest:
            self.adopt(new, before and before.items)
        return {"counter": self.state["head"][0], "cumulative": self.state["head"][2], "total": new.items[8]}

    def adopt(self, new, before):
        top_up = before is not None and before[:8] == new.items[:8]
        if top_up:
            lowered = any(now < then for now, then in zip(new.items[8:13], before[8:13]))
            require(new.items[14] > before[14] and not lowered, "OFFLINE_CERTIFICATE_MISMATCH", "no top-up")
        elif before is not None:
            later = new.items[:5] == before[:5] and new.items[5] > before[5]
            require(later, "OFFLINE_CERTIFICATE_MISMATCH", "no later epoch of the device")
        self.state["head"] = self.state["head"] if top_up else [0, b64(bytes(32)), 0]
        self.state["certificate"] = b64(new.whole)
        self.save()

    def asked(self, data, now):
        """`(request, payee certificate)`; the second is None when nobody whom the device trusts says who asks."""
        if data[:1] == b"\xd2":
            request, payee = Signed.read("payment-request", data), []
        else:
            request, payee = self.unpacked(decode(data))
        require(request.items[10] > request.items[9], "OFFLINE_MALFORMED", "expiresAt")
        issuer = self.state["issuers"].get(payee[0][4].hex()) if payee else None
        if issuer is None:
            return request, None
        point, shown, licence, until, kid, signature = payee[0]
        items = [1, request.items[1], issuer["bankId"], *request.items[2:4], point, shown, licence, until]
        certificate = Signed("payee-certificate", encode(items), signature, kid)
        certificate.verify(unb64(issuer["point"]), "OFFLINE_PAYEE_UNTRUSTED")
        require(max(now, request.items[9]) <= until, "OFFLINE_PAYEE_UNTRUSTED", "validUntil")
        request.verify(point, "OFFLINE_PAYEE_UNTRUSTED")
        salt, named = request.items[7][:4], request.items[7][4:]
        made = sha256(b"offpay/request-nonce" + point + salt)[:12] == named
        require(made, "OFFLINE_PAYEE_UNTRUSTED", "nonce")
        return request, certificate

    def unpacked(self, packed):
        require(PACKED_REQUEST(packed), "OFFLINE_MALFORMED", "no packed request")
        created, purpose, lasts, signature, payee = packed[8:]
        items = [1, self.granted().items[1], *packed[1:9], created + lasts, purpose]
        return Signed("payment-request", encode(items), signature), payee

    def read(self, bytes, now):
        """What the customer reads before paying. `name` is null when nobody says who asks: the ids may be anybody's then."""
        request, payee = self.asked(unb64(bytes), now)
        shown, licence = payee.items[6:8] if payee else (None, None)
        _, _, merchant, _, order, amount, currency = request.items[:7]
        who = {"name": shown, "licence": licence, "merchantId": merchant, "orderNumber": order}
        return who | {"amount": amount, "currency": currency, "delivery": request.items[11] != []}

    def pay(self, bytes, now):
        """The packed payment; for a request that was answered before, the same bytes as before."""
        request, payee = self.asked(unb64(bytes), now)
        request_hash = sha256(request.payload)
        answer = self.state["answers"].get(request_hash.hex()) or self.answered(request, request_hash, payee, now)
        if "payment" not in answer:
            answer["payment"] = b64(self.packed(self.voucher(answer), unb64(answer["certificate"])))
            self.save()
        return {"payment": answer["payment"]}

    def answered(self, request, request_hash, payee, now):
        """Plans the voucher, and has the next state durable before anything is signed."""
        granted = self.granted()
        counter, previous, cumulative = self.state["head"]
        amount, (total, per_payment, highest, spend_until) = request.items[5], granted.items[8:12]
        require(request.items[1] == granted.items[1], "OFFLINE_WRONG_CHANNEL")
        require(request.items[6] == granted.items[7], "OFFLINE_WRONG_CURRENCY")
        require(request.items[9] - now <= CLOCK_TOLERANCE, "OFFLINE_CLOCK_WRONG")
        require(now <= request.items[10], "OFFLINE_REQUEST_EXPIRED")
        require(now <= spend_until, "OFFLINE_CERTIFICATE_EXPIRED")
        require(counter < highest, "OFFLINE_COUNTER_EXHAUSTED")
        require(amount <= per_payment, "OFFLINE_OVER_PAYMENT_CAP")
        require(cumulative + amount <= total, "OFFLINE_OVER_TOTAL_CAP")
        payload = encode([1, granted.digest, counter + 1, unb64(previous), cumulative + amount, request_hash, now])
        answer = {"request": b64(request.whole), "payee": payee and b64(payee.whole)}
        answer |= {"voucher": b64(payload), "certificate": self.state["certificate"]}
        self.state["head"] = [counter + 1, b64(Signed("voucher", payload, b"").digest), cumulative + amount]
        self.state["answers"][request_hash.hex()] = answer
        self.save()
        return answer

    def voucher(self, answer):
        return signed_by(self.private_key, "voucher", unb64(answer["voucher"]))

    def packed(self, voucher, certificate):
        granted = Signed.read("device-certificate", certificate)
        _, _, counter, previous, cumulative, request_hash, time = voucher.items
        start = [1, *granted.items[2:7], *granted.items[8:], granted.kid, granted.signature]
        chain = [] if counter == 1 else [previous]
        return encode([*start, counter, chain, cumulative, request_hash, time, voucher.signature])

    def receipt(self, bytes):
        """Keeps the terminal's word that it accepted the voucher."""
        receipt = Signed.read("receipt", unb64(bytes))
        answer = self.told_by(receipt.items[2], receipt)
        own = Signed("voucher", unb64(answer["voucher"]), b"").digest
        require(receipt.items[1] == own, "OFFLINE_REQUEST_MISMATCH", "of another voucher")
        self.keep(answer, "receipt", bytes)
        return {"acceptedAt": receipt.items[3]}

    def cancellation(self, bytes):
        """Keeps the terminal's word that it accepts none, and gives what the bank brings to the ledger to return the amount."""
        cancellation = Signed.read("cancellation", unb64(bytes))
        answer = self.told_by(cancellation.items[1], cancellation)
        self.keep(answer, "cancellation", bytes)
        claim = {"voucher": b64(self.voucher(answer).whole), "request": answer["request"]}
        return claim | {"cancellation": bytes, "payee": answer["payee"]}

    def told_by(self, request_hash, statement):
        answer = self.state["answers"].get(request_hash.hex())
        require(answer, "NOT_FOUND", "no request that was answered")
        require(answer["payee"], "OFFLINE_PAYEE_UNTRUSTED", "nobody said who asked")
        statement.verify(Signed.read("payee-certificate", unb64(answer["payee"])).items[5])
        return answer

    def keep(self, answer, kind, bytes):
        other = "cancellation" if kind == "receipt" else "receipt"
        require(other not in answer, "IDEMPOTENCY_CONFLICT", f"the terminal signed a {other} before")
        answer.setdefault(kind, bytes)
        self.save()


OPERATIONS = {name: getattr(Wallet, name) for name in "key trust certificate read pay receipt cancellation".split()}


def main():
    wallet = Wallet(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            told = OPERATIONS[asked.pop("op")](wallet, **asked)
        except Refusal as refusal:
            told = {"code": refusal.code, "message": str(refusal)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
