"""What tests ask of calls that must fail."""
import pytest
from botocore.exceptions import ClientError


def refused(call, **arguments):
    """The HTTP status and the code of the error that the call answers with."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
