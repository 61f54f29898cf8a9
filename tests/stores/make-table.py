"""Makes the table of templates/dynamodb.yaml at an address, as CloudFormation would: make-table.py ENDPOINT NAME.

boto3 holds every property against AWS's own model of the interface before it is sent. Prints what became of the table, as JSON.
"""

import json
import sys
from pathlib import Path

import boto3
from cfnlint.decode import decode

endpoint, name = sys.argv[1:]
template, wrong = decode(str(Path(__file__).parents[2] / "templates/dynamodb.yaml"))
assert not wrong, wrong

values = {parameter: said["Default"] for parameter, said in template["Parameters"].items()} | {"TableName": name}


def resolved(value):
    """A property with parameters in their places."""
    if isinstance(value, dict):
        return values[value["Ref"]] if set(value) == {"Ref"} else {key: resolved(part) for key, part in value.items()}
    return [resolved(part) for part in value] if isinstance(value, list) else value


properties = resolved(template["Resources"]["Store"]["Properties"])
# What CloudFormation asks for by calls of their own.
life = properties.pop("TimeToLiveSpecification")
recovery = properties.pop("PointInTimeRecoverySpecification")
# The same by other names.
encryption = properties["SSESpecification"]
encryption["Enabled"] = encryption.pop("SSEEnabled")

client = boto3.client(
    "dynamodb", "eu-west-1", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
)
client.create_table(**properties)
client.get_waiter("table_exists").wait(TableName=name)
client.update_time_to_live(TableName=name, TimeToLiveSpecification=life)
client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)

table = client.describe_table(TableName=name)["Table"]
print(
    json.dumps(
        {
            "keys": [[key["AttributeName"], key["KeyType"]] for key in table["KeySchema"]],
            "billing": table["BillingModeSummary"]["BillingMode"],
            "protected": table["DeletionProtectionEnabled"],
            "encryption": table["SSEDescription"]["SSEType"],
            "indexes": len(table.get("GlobalSecondaryIndexes", []) + table.get("LocalSecondaryIndexes", [])),
            "expires": client.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
            "recovery": client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"][
                "PointInTimeRecoveryDescription"
            ]["PointInTimeRecoveryStatus"],
        },
        sort_keys=True,
    )
)
