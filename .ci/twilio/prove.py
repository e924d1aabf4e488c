"""Proves that the validator accepts Twilio's examples and rejects every broken variant of them.

python3 .ci/twilio/prove.py DESCRIPTION
"""

import sys

from description import Description, complaints, stated, validator
from proof import fullest, silent, spoilt


# Schemas whose examples break them: members are empty, or shorter than their pattern.
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
                    complaint = wrong or "it is correct now; remove it from TWILIOS_SLIPS"
                    sys.exit(f"{label}: Twilio's own example: {complaint}")
                for name in [name for name in example if any(line.startswith(f"$.{name}:") for line in wrong)]:
                    example[name] = None
            broken = prove(label, schema, fullest(examples))
            # Taken from Twilio's schema itself, to notice rules that the conversion lost.
            said = set(stated(description, operation.contents[status]["schema"]))
            if lost := said - set(broken):
                sys.exit(f"{label}: rules of Twilio that nothing asserts: {sorted(lost)}")
            caught, rules = caught + len(broken), rules + len(said)
            places.update(silent(schema, operation.id))
    print(f"the validator: {rules} rules of Twilio's schemas, {caught} broken answers, all caught")
    if places:
        print(f"neither Twilio's schemas nor its examples describe: {', '.join(sorted(places))}")


def prove(label, schema, good):
    """Returns place and keyword of each broken rule that was caught. A rule that is not caught ends the program."""
    check = validator(schema)
    if not check.is_valid(good):
        sys.exit(f"{label}: a good answer is rejected: {complaints(schema, good)}")
    broken = []
    for place, keyword, bad in spoilt(schema, good):
        if check.is_valid(bad):
            sys.exit(f"{label}: the validator accepts: {place} breaks {keyword}")
        broken.append((place, keyword))
    return broken


if __name__ == "__main__":
    main()
