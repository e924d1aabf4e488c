"""Shows that the validator, on Twilio's own schemas and examples, takes every good answer and catches every bad one.

python3 .ci/twilio/prove.py DESCRIPTION
"""

import sys

from description import Description, complaints, stated, validator
from proof import fullest, silent, spoilt


# Whose examples break their own schema: members that are shorter than their pattern, or empty.
TWILIOS_SLIPS = {"CreateChallengePasskeys", "UpdateChallengePasskeys"}


def main():
    description = Description(sys.argv[1])
    caught, rules, places = 0, 0, set()
    for operation in description.operations.values():
        for status in (status for status, content in operation.contents.items() if content):
            schema = description.json_schema(operation, status)
            label = f"{operation.id} {status}"
            examples = description.examples(operation, status)
            for example in examples:
                wrong = complaints(schema, example)
                if bool(wrong) != (operation.id in TWILIOS_SLIPS):
                    sys.exit(f"{label}: Twilio's own example: {wrong or 'it is no slip any more'}")
                for name in [name for name in example if any(line.startswith(f"$.{name}:") for line in wrong)]:
                    example[name] = None
            broken = prove(label, schema, fullest(examples))
            # Asked of Twilio's schema itself: what was lost in the conversion would be missed by nobody else.
            said = set(stated(description, operation.contents[status]["schema"]))
            if lost := said - set(broken):
                sys.exit(f"{label}: rules of Twilio's that nothing asserts: {sorted(lost)}")
            caught, rules = caught + len(broken), rules + len(said)
            places.update(silent(schema, operation.id))
    print(f"the validator: {rules} rules of Twilio's schemas, {caught} spoilt answers, all caught")
    if places:
        print(f"of these neither Twilio's schemas nor its examples say anything: {', '.join(sorted(places))}")


def prove(label, schema, good):
    """Place and keyword of each rule that was broken and caught; one that is not caught ends the program."""
    check = validator(schema)
    if not check.is_valid(good):
        sys.exit(f"{label}: a good answer is refused: {complaints(schema, good)}")
    broken = []
    for place, keyword, bad in spoilt(schema, good):
        if check.is_valid(bad):
            sys.exit(f"{label}: the validator lets pass: {place} breaks {keyword}")
        broken.append((place, keyword))
    return broken


if __name__ == "__main__":
    main()
