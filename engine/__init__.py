"""What the studio does: headless rooms, usable from a script. Start reading at engine/production.py."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime, once loaded, reports each use to its maker otherwise
