"""Reads and writes CLIXML with psrpcore, one JSON object a line.

Every value is described as nested lists, as the test in Go describes its own,
so that the two can be compared without either's XML.
"""

import base64
import datetime
import decimal
import json
import queue
import random
import struct
import sys
import uuid
from xml.etree import ElementTree

from psrpcore._crypto import PSRemotingCrypto
from psrpcore.types import (
    PSByte, PSByteArray, PSChar, PSCustomObject, PSDateTime, PSDecimal, PSDict, PSDouble, PSDuration, PSGuid,
    PSIEnumerable, PSInt, PSInt16, PSInt64, PSList, PSNoteProperty, PSObject, PSQueue, PSSByte, PSScriptBlock, PSSecureString,
    PSSingle, PSStack, PSString, PSUInt, PSUInt16, PSUInt64, PSUri, PSVersion, PSXml, ProgressRecord,
    ProgressRecordType, add_note_property, deserialize, serialize,
)

INTEGERS = {
    PSByte: "By", PSSByte: "SB", PSUInt16: "U16", PSInt16: "I16", PSUInt: "U32", PSInt: "I32", PSUInt64: "U64",
    PSInt64: "I64", PSChar: "C",
}
STRINGS = {PSString: "S", PSUri: "URI", PSXml: "XD", PSScriptBlock: "SBK"}
LISTS = {PSIEnumerable: "IE", PSStack: "STK", PSList: "LST"}
EPOCH = datetime.datetime(1, 1, 1)


def units(text):
    return text.encode("utf-16-be", "surrogatepass").hex()


def primitive(value):
    kind = type(value)
    if value is None:
        return ["Nil"]
    if isinstance(value, bool):
        return ["B", value]
    if kind in INTEGERS:
        return [INTEGERS[kind], str(int(value))]
    if kind in STRINGS:
        return [STRINGS[kind], units(value)]
    if kind is PSSingle:
        return ["Sg", "NaN" if value != value else struct.pack(">f", value).hex()]
    if kind is PSDouble:
        return ["Db", "NaN" if value != value else struct.pack(">d", value).hex()]
    if kind is PSDecimal:
        text = format(decimal.Decimal(value), "f")
        return ["D", text.lstrip("-") if value == 0 else text]
    if kind is PSByteArray:
        return ["BA", bytes(value).hex()]
    if kind is PSGuid:
        return ["G", uuid.UUID.__str__(value)]
    if kind is PSVersion:
        return ["Version", str(value)]
    if kind is PSSecureString:
        return ["SS", units(value.decrypt())]
    if kind is PSDateTime:
        clock = datetime.datetime(*value.timetuple()[:6], value.microsecond) - EPOCH
        ticks = (clock.days * 86400 + clock.seconds) * 10**7 + clock.microseconds * 10 + value.nanosecond // 100
        offset = value.utcoffset()
        return ["DT", str(ticks), None if offset is None else int(offset.total_seconds()) // 60]
    if kind is PSDuration:
        ticks = (value.days * 86400 + value.seconds) * 10**7 + value.microseconds * 10 + value.nanoseconds // 100
        return ["TS", str(ticks)]
    if kind is ProgressRecord:
        return ["PR", units(value.Activity), value.ActivityId, units(value.StatusDescription),
                units(value.CurrentOperation or ""), value.ParentActivityId, value.PercentComplete,
                value.SecondsRemaining, value.RecordType == ProgressRecordType.Completed]
    return None


class Describer:
    def __init__(self):
        self.seen = {}
        self.keep = []

    def value(self, value):
        found = primitive(value)
        extended = found is not None and value is not None and not isinstance(value, bool) \
            and not isinstance(value, ProgressRecord) and bool(value.PSObject.extended_properties)
        if found is not None and not extended:
            return found
        if id(value) in self.seen:
            return ["Ref", self.seen[id(value)]]
        self.seen[id(value)] = len(self.seen)
        self.keep.append(value)
        names, text = [], None
        if not extended:
            names = [units(n.removeprefix("Deserialized.")) for n in value.PSObject.type_names]
            # Containers are given one that no document has.
            if isinstance(value, PSCustomObject) or type(value) is PSObject:
                text = value.PSObject._to_string and units(value.PSObject._to_string)
        return ["Obj", names, text, found or self.base(value),
                self.properties(value, value.PSObject.adapted_properties),
                self.properties(value, value.PSObject.extended_properties)]

    def base(self, value):
        if isinstance(value, dict):
            return ["DCT", [[self.value(k), self.value(v)] for k, v in dict.items(value)]]
        if isinstance(value, queue.Queue):
            return ["QUE", [self.value(v) for v in list(value.queue)]]
        for kind, name in LISTS.items():
            if isinstance(value, kind):
                return [name, [self.value(v) for v in list.__iter__(value)]]
        return ["Nil"]

    def properties(self, value, properties):
        return [[units(p.name), self.value(p.get_value(value))] for p in properties]


class Maker:
    """Makes values of what psrpcore can write."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.left = 40
        self.count = 0
        self.objects = []

    def text(self):
        out = ""
        for _ in range(self.r.randrange(12)):
            n = self.r.randrange(5)
            if n == 0:
                out += self.r.choice("_x0041_ <&>\"'x_X")
            elif n == 1:
                c = self.r.randrange(0xFFFE)
                out += "-" if 0xD800 <= c <= 0xDFFF else chr(c)
            elif n == 2:
                out += chr(self.r.randrange(0x10000, 0x110000))
            elif n == 3:
                out += chr(self.r.randrange(0xA0))
            else:
                out += chr(ord("a") + self.r.randrange(26))
        return out

    def name(self):
        self.count += 1
        return f"{self.text()}{self.count}"

    def primitive(self):
        r = self.r
        n = r.randrange(25)
        if n == 0:
            return None
        if n == 1:
            return r.random() < 0.5
        if n < 11:
            kind = list(INTEGERS)[n - 2]
            low, high = (0, 65535) if kind is PSChar else (kind.MinValue, kind.MaxValue)
            return kind(r.choice([low, high, r.randint(low, high)]))
        if n == 11:
            return PSSingle(struct.unpack(">f", struct.pack(">I", r.randrange(2**32)))[0])
        if n == 12:
            return PSDouble(struct.unpack(">d", struct.pack(">Q", r.randrange(2**64)))[0])
        if n == 13:
            # One below 1E-6 would be written with an exponent, which is no decimal.
            return PSDecimal(decimal.Decimal(r.randint(-10**12, 10**12)).scaleb(-r.randrange(5)))
        if n == 14:
            return PSByteArray(r.randbytes(r.randrange(40)))
        if n == 15:
            return PSGuid(bytes=r.randbytes(16))
        if n == 16:
            return PSUri(f"https://host{r.randrange(100)}/?a={r.randrange(100)}&b")
        if n == 17:
            return PSVersion(major=r.randrange(100), minor=r.randrange(100), build=r.randrange(100))
        if n == 18:
            return PSXml(f'<a b="{r.randrange(100)}">&amp;</a>')
        if n == 19:
            return PSScriptBlock(self.text())
        if n == 20:
            return PSSecureString("".join(chr(r.randrange(32, 0xD800)) for _ in range(r.randrange(40))))
        if n == 21:
            zone = r.choice([None, datetime.timezone.utc,
                             datetime.timezone(datetime.timedelta(minutes=r.randrange(1, 840)))])
            return PSDateTime(r.randrange(1000, 9999), r.randrange(1, 13), r.randrange(1, 29), r.randrange(24),
                              r.randrange(60), r.randrange(60), r.choice([0, r.randrange(10**6)]), tzinfo=zone,
                              nanosecond=r.randrange(10) * 100)
        if n == 22:
            # Whole tens of seconds lose their zero in psrpcore 0.3.1.
            ticks = r.randint(-2**r.randrange(1, 60), 2**r.randrange(1, 60))
            return PSDuration(nanoseconds=(ticks if abs(ticks) % 10**8 else ticks + 1) * 100)
        if n == 23:
            return ProgressRecord(
                Activity="a" + self.text(), ActivityId=r.randrange(1000), StatusDescription="s" + self.text(),
                CurrentOperation="o" + self.text(), PercentComplete=r.randrange(101),
                RecordType=r.choice([ProgressRecordType.Processing, ProgressRecordType.Completed]))
        return PSString(self.text())

    def value(self, depth=0):
        self.left -= 1
        n = self.r.randrange(14)
        if depth > 0 and (n < 6 or depth > 5 or self.left <= 0):
            return self.primitive()
        if n == 6 and self.objects:
            return self.r.choice(self.objects)
        if n == 7:
            return PSDict([(PSString(self.name()), self.value(depth + 1)) for _ in range(self.r.randrange(4))])
        if n == 8:
            made = PSQueue()
            for _ in range(self.r.randrange(4)):
                made.put(self.value(depth + 1))
            return made
        if n in (9, 10, 11):
            kind = [PSList, PSStack, PSIEnumerable][n - 9]
            return kind([self.value(depth + 1) for _ in range(self.r.randrange(4))])
        if n == 12:
            self.count += 1
            made = self.r.choice([PSInt(self.count), PSString(f"{self.text()}{self.count}")])
            add_note_property(made, self.name(), self.value(depth + 1))
            return made
        made = PSCustomObject()
        if self.r.random() < 0.5:
            made.PSObject.type_names = [f"Contoso.P{self.r.randrange(3)}", "System.Object"]
        if self.r.random() < 0.5:
            # psrpcore 0.3.1 escapes nothing in it.
            made.PSObject.to_string = f"t {self.count} <&>"
        for _ in range(self.r.randrange(4)):
            add_note_property(made, self.name(), self.value(depth + 1))
        for _ in range(self.r.randrange(3)):
            made.PSObject.adapted_properties.append(PSNoteProperty(self.name(), self.value(depth + 1)))
        self.objects.append(made)
        return made


def main():
    crypto = PSRemotingCrypto()
    for line in sys.stdin:
        ask = json.loads(line)
        try:
            answer = {}
            if ask["do"] == "key":
                crypto.register_key(base64.b64decode(ask["data"]))
            elif ask["do"] == "make":
                value = Maker(ask["seed"]).value()
                answer["value"] = Describer().value(value)
                answer["data"] = ElementTree.tostring(serialize(value, crypto), encoding="utf-8").decode()
            else:
                value = deserialize(ElementTree.fromstring(ask["text"]), crypto)
                answer["value"] = Describer().value(value)
                answer["data"] = ElementTree.tostring(serialize(value, crypto), encoding="utf-8").decode()
        except Exception as e:
            answer = {"error": f"{type(e).__name__}: {e}"}
        print(json.dumps(answer), flush=True)


main()
