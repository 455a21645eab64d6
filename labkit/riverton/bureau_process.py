"""The bureau as a process of its own: `python -m labkit.riverton.bureau_process '{...}'`."""

import json
import sys

from labkit.riverton.bureau import Bureau
from labkit.riverton.serving import serve

if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    serve(Bureau(**options).app)
