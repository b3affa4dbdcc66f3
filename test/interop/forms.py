# SPDX-License-Identifier: Apache-2.0
"""Every form of docs/offline-protocol.md, for `check_vectors.py`: shares nothing with the wallet or with our own code.

cbor2 decodes, and a writer of its own says which bytes the text allows.
"""

import hashlib
import io
import itertools
import re
import struct
import unicodedata

import cbor2


class Malformed(Exception):
    pass


def head(major, argument):
    """The shortest head, by RFC 8949 section 4.2.1."""
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, layout in ((24, ">B"), (25, ">H"), (26, ">I"), (27, ">Q")):
        if argument < 1 << 8 * struct.calcsize(layout):
            return bytes([major << 5 | info]) + struct.pack(layout, argument)
    raise Malformed("above 64 bits")


def write(value):
    """The four types of payloads and no other: whatever cbor2 read besides has no bytes here."""
    kind = type(value)
    if kind is int and value >= 0:
        return head(0, value)
    if kind is bytes:
        return head(2, len(value)) + value
    if kind is str:
        return head(3, len(value.encode())) + value.encode()
    if kind is list:
        return head(4, len(value)) + b"".join(map(write, value))
    raise Malformed(f"a {kind.__name__}")


def read(data):
    try:
        value = cbor2.load(io.BytesIO(data))
    except Exception as error:
        raise Malformed(str(error)) from error
    if write(value) != data:
        raise Malformed("another form")
    return value


# What the text says in CDDL: each name is a rule, `[...]` a list of its own, `x?` a list of one or none, `x*` of many.
RULES = {
    "one": (1, 1),
    "epoch": (0, 99_999_999),
    "counter": (1, 64),
    "money": (1, 10**18 - 1),
    "amount": (0, 10**18 - 1),
    "number": (0, 2**32 - 1),
    "time": (0, 8_640_000_000_000),
    "seconds": (0, 8_640_000_000),
    "bearer": (0, 1),
    "kid": 8,
    "nonce": 16,
    "digest": 32,
    "point": 64,
    "signature": 64,
    "id": r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "channel": r"[a-z][a-z0-9.-]{0,248}",
    "currency": r"[A-Z]{3}",
    "licence": r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}",
}
REVOKED = "[id id epoch?]*"
POLICY = "[number [currency amount amount]* counter seconds seconds seconds seconds seconds bearer]"
SHAPES = {
    "device-certificate": "one channel id id id epoch point currency money money counter time time number number",
    "payment-request": "one channel id id id money currency nonce number time time digest?",
    "voucher": "one digest counter digest money digest time",
    "payee-certificate": "one channel id id id point name licence time",
    "receipt": "one digest digest time",
    "cancellation": "one digest time",
    "bulletin": f"one id channel number time {REVOKED} {POLICY}",
    "packed-request": "one id id id money currency nonce number time digest? seconds signature "
    "[point name licence time kid signature]?",
    "packed-payment": "one id id id epoch point money money counter time time number number kid signature "
    "counter digest? money digest time signature",
    "pair": "bytes bytes",
    "payment-evidence": "one bytes bytes bytes bytes bytes",
    "bulletin-changes": f"one number {REVOKED} {REVOKED} number time {POLICY} kid signature",
    "short-voucher": "number counter money time signature digest?",
}
ISSUED = ("device-certificate", "payee-certificate", "bulletin")


def is_name(value):
    words = value.split(" ")
    classes = [[unicodedata.category(character)[0] for character in word] for word in words]
    seen = all(kinds and kinds[0] in "LNPS" and all(kind in "LMNPS" for kind in kinds) for kinds in classes)
    return seen and len(value.encode()) <= 64 and unicodedata.is_normalized("NFC", value)


def follows(rule, value):
    if rule == "bytes":
        return type(value) is bytes
    if rule == "name":
        return type(value) is str and is_name(value)
    bound = RULES[rule]
    if type(bound) is int:
        return type(value) is bytes and len(value) == bound
    if type(bound) is str:
        return type(value) is str and re.fullmatch(bound, value) is not None
    return type(value) is int and bound[0] <= value <= bound[1]


def parsed(shape):
    """A shape as a tree: `(rule or list of such, "", "?" or "*")`."""
    tokens = re.findall(r"\[|\][?*]?|\w+[?*]?", shape)
    stack = [[]]
    for token in tokens:
        if token == "[":
            stack.append([])
        elif token[0] == "]":
            inner = stack.pop()
            stack[-1].append((inner, token[1:]))
        else:
            stack[-1].append((token.rstrip("?*"), token[-1] if token[-1] in "?*" else ""))
    return stack[0]


def fits(node, value):
    inner, often = node
    if often:
        most = 1 if often == "?" else 10_000
        return type(value) is list and len(value) <= most and all(fits((inner, ""), item) for item in value)
    if type(inner) is list:
        return type(value) is list and len(value) == len(inner) and all(map(fits, inner, value))
    return follows(inner, value)


def voucher_chain(counter, previous):
    return (counter == 1) == (previous == bytes(32))


def currencies_rise(policy):
    names = [name for name, _, _ in policy[1]]
    return len(names) <= 20 and all(a < b for a, b in itertools.pairwise(names))


MORE = {
    "device-certificate": lambda v: v[12] > v[11],
    "payment-request": lambda v: v[10] > v[9],
    "voucher": lambda v: voucher_chain(v[2], v[3]),
    "bulletin": lambda v: currencies_rise(v[6]),
    "bulletin-changes": lambda v: currencies_rise(v[6]),
    "packed-request": lambda v: v[10] > 0,
    "packed-payment": lambda v: (v[15] == 1) == (v[16] == []) and v[16] != [bytes(32)] and v[10] > v[9],
    "short-voucher": lambda v: v[5] != [bytes(32)],
}


def payload(kind, data):
    value = read(data)
    if not fits((parsed(SHAPES[kind]), ""), value) or not MORE.get(kind, lambda _: True)(value):
        raise Malformed(f"no {kind}")
    return value


def protected(kind, kid):
    purpose = f"offpay/{kind}"
    start = bytes.fromhex("a3012603" if kid else "a2012603") + write(purpose)
    return start + (b"\x04" + write(kid) if kid else b"")


def structure(kind, content, kid):
    return write(["Signature1", protected(kind, kid), b"", content])


def envelope(kind, content, signature, kid=None):
    return b"\xd2\x84" + write(protected(kind, kid)) + b"\xa0" + write(content) + write(signature)


def opened(kind, data):
    """`(payload's bytes, kid, signature)`, when the object is what the text allows, byte by byte."""
    try:
        tagged = cbor2.loads(data)
        header, _, content, signature = tagged.value
        kid = cbor2.loads(header).get(4)
        same = envelope(kind, content, signature, kid) == data
    except Malformed:
        raise
    except Exception as error:
        raise Malformed(str(error)) from error
    is_kid = follows("kid", kid) if kind in ISSUED else kid is None
    if not same or len(signature) != 64 or not is_kid:
        raise Malformed(f"no signed {kind}")
    payload(kind, content)
    return content, kid, signature


def digest_of(kind, content, kid=None):
    return hashlib.sha256(structure(kind, content, kid)).digest()


def unpacked_request(data, channel, bank):
    """`(signed request, signed payee certificate or None)`"""
    v = payload("packed-request", data)
    content = write([1, channel, *v[1:9], v[8] + v[10], v[9]])
    payload("payment-request", content)
    request = envelope("payment-request", content, v[11])
    if not v[12]:
        return request, None
    key, name, licence, until, kid, signature = v[12][0]
    payee = write([1, channel, bank, *v[1:3], key, name, licence, until])
    return request, envelope("payee-certificate", payee, signature, kid)


def unpacked_payment(data, request):
    """`(signed voucher, signed certificate)`"""
    asked, v = payload("payment-request", request), payload("packed-payment", data)
    certificate = write([1, asked[1], *v[1:6], asked[6], *v[6:13]])
    digest = digest_of("device-certificate", certificate, v[13])
    voucher = write([1, digest, v[15], *(v[16] or [bytes(32)]), *v[17:20]])
    return envelope("voucher", voucher, v[20]), envelope("device-certificate", certificate, v[14], v[13])


def whole_claim(vector, context, certificates):
    """`(voucher's payload, signature, request's payload)` of a claim, whole or short."""
    voucher, request = bytes.fromhex(vector["voucher"]), bytes.fromhex(vector["request"])
    if request[:1] != b"\x8c":
        request = b"\x8c\x01" + write(context["channel"]) + write(context["merchantId"]) + request
    payload("payment-request", request)
    if voucher[:1] == b"\xd2":
        content, _, signature = opened("voucher", voucher)
        return content, signature, request
    sequence, counter, cumulative, time, signature, own = payload("short-voucher", voucher)
    before = vector["before"] and bytes.fromhex(vector["before"])
    told = bytes(32) if counter == 1 else before
    if told in own or not own and told is None:
        raise Malformed("previous")
    named = certificates[sequence] if sequence < len(certificates) else bytes(32)
    hashed = hashlib.sha256(request).digest()
    content = write([1, named, counter, *(own or [told]), cumulative, hashed, time])
    payload("voucher", content)
    return content, signature, request


def changed(known, data):
    """The signed bulletin that the changes make of a known one."""
    _, since, removed, added, number, issued, policy, kid, signature = payload("bulletin-changes", data)
    old = payload("bulletin", opened("bulletin", known)[0])
    if since != old[3]:
        raise Malformed("of another bulletin")
    revoked = [entry for entry in old[5] if entry not in removed] + added
    return envelope("bulletin", write([*old[:3], number, issued, revoked, policy]), signature, kid)
