"""What tests ask of calls that must fail."""
import pytest
from botocore.exceptions import ClientError


def refused(call, **arguments):
    """The HTTP status and the code of the error that the call answers with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def refusal(call, **arguments):
    """The fields of S3's error that the call answers with, but those that each answer has anew, and its "status"."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return {"status": answer["ResponseMetadata"]["HTTPStatusCode"],
            **{k: v for k, v in answer["Error"].items() if k not in ("RequestId", "HostId", "Resource")}}
