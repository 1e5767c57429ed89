"""Talks to codec_probe: one JSON object a line, there and back."""
import base64
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def find_probe():
    """The newest codec_probe of $TARN_BUILD or of any build folder."""
    folders = [pathlib.Path(os.environ["TARN_BUILD"])] if "TARN_BUILD" in os.environ else sorted(ROOT.glob("build*"))
    found = [path for folder in folders for path in [*folder.glob("**/tests/codecs/codec_probe")]]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


class Probe:
    def __init__(self, binary):
        self.process = subprocess.Popen([str(binary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=20)
        self.process.stdout.close()

    def ask(self, command, **fields):
        line = json.dumps({"command": command, **fields}, ensure_ascii=True)
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"codec_probe died of {line[:2000]}"
        return json.loads(answer)

    def response(self, command, **fields):
        """An encoded answer in the form that botocore's parsers take."""
        answer = self.ask(command, **fields)
        assert "error" not in answer, answer
        from botocore.awsrequest import HeadersDict
        headers = HeadersDict()
        for name, value in answer["headers"]:
            headers[name] = value
        return {"status_code": answer["status"], "headers": headers, "body": base64.b64decode(answer["body"])}
