"""What qwentts is measured against: scripts that do only what the job cannot do without."""

_ASK = """
import os, sys
{typer}
import requests
base, text = os.environ["QWENTTS_BASE_URL"], sys.argv[1]
url = base + "/services/aigc/multimodal-generation/generation"
headers = {{"Authorization": "Bearer " + os.environ["QWENTTS_API_KEY"]}}
body = {{"model": "qwen3-tts-flash", "input": {{"text": text, "voice": "Cherry"}}}}
"""
WHOLE = (
    _ASK.format(typer="import typer")
    + """
answer = requests.post(url, json=body, headers=headers).json()
open(sys.argv[2], "wb").write(requests.get(answer["output"]["audio"]["url"]).content)
"""
)
STREAM = (
    _ASK.format(typer="import typer")
    + """
import base64, json
headers["X-DashScope-SSE"] = "enable"
with requests.post(url, json=body, headers=headers, stream=True) as answer:
    for line in answer.iter_lines():
        if line.startswith(b"data:"):
            data = json.loads(line[5:])["output"]["audio"]["data"]
            sys.stdout.buffer.write(base64.b64decode(data)); sys.stdout.buffer.flush()
"""
)
POOL = (
    _ASK.format(typer="")
    + """
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
own = threading.local()
def speak(path):
    if not hasattr(own, "session"): own.session = requests.Session()
    document = {"model": "qwen3-tts-flash", "input": {"text": path.read_text(), "voice": "Cherry"}}
    answer = own.session.post(url, json=document, headers=headers).json()
    audio = own.session.get(answer["output"]["audio"]["url"]).content
    Path(sys.argv[2], path.stem + ".wav").write_bytes(audio)
with ThreadPoolExecutor(int(sys.argv[3])) as pool:
    list(pool.map(speak, sorted(Path(text).glob("*.txt"))))
"""
)
SDK = """
import os, sys, urllib.request
import dashscope
dashscope.base_http_api_url = os.environ["QWENTTS_BASE_URL"]
answer = dashscope.MultiModalConversation.call(
    model="qwen3-tts-flash", api_key=os.environ["QWENTTS_API_KEY"], text=sys.argv[1], voice="Cherry")
open(sys.argv[2], "wb").write(urllib.request.urlopen(answer.output["audio"]["url"]).read())
"""
