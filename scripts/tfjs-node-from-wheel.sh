#!/usr/bin/env bash
# Makes the optional backend tfjs-node work where the installer of @tensorflow/tfjs-node cannot download its library:
# takes TensorFlow from the tensorflow-cpu wheel (its C API is stable: 2.15.1 serves tfjs-node 4.22.0) and compiles the
# binding. Writes under node_modules only, saves nothing to package.json, and may be run again.
#
# usage: scripts/tfjs-node-from-wheel.sh [PROJECT_FOLDER]
# needs: Linux on x86-64, Node 20 or 22, npm, python3 with pip, g++, make
# Where one of these is missing it says why it does nothing, and succeeds: the backend is optional.
set -euo pipefail

readonly TFJS_NODE=@tensorflow/tfjs-node@4.22.0
readonly WHEEL=tensorflow-cpu==2.15.1
readonly WHEEL_SHA256=54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26

say() { echo "tfjs-node: $*"; }
fail() { say "$*" >&2; exit 1; }

cd "${1:-.}" || exit 2
[ -f package.json ] || { say "$PWD holds no package.json; name the project's folder" >&2; exit 2; }
readonly MODULE=$PWD/node_modules/@tensorflow/tfjs-node
readonly BINDING=$MODULE/lib/napi-v8/tfjs_binding.node

node_major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$node_major" -ge 23 ]; then
  say "version 4.22.0 breaks on Node 23 and newer (this is Node $node_major); nothing done, use backend: onnx"
  exit 0
fi
if [ "$(uname -sm)" != "Linux x86_64" ]; then
  say "the wheel is for Linux on x86-64; nothing done, try: npm i --no-save $TFJS_NODE"
  exit 0
fi
for tool in npm python3 g++ make sha256sum; do
  command -v "$tool" >/dev/null || { say "$tool is needed; nothing done, install it and run this again"; exit 0; }
done
python3 -m pip --version >/dev/null 2>&1 || { say "pip for python3 is needed; nothing done, install it and run this again"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -f "$MODULE/package.json" ] || npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "$TFJS_NODE"

if [ ! -f "$BINDING" ]; then
  say "fetching TensorFlow's library ($WHEEL)"
  python3 -m pip download -q --no-deps --only-binary=:all: --python-version 3.11 --platform manylinux_2_17_x86_64 \
    -d "$work" "$WHEEL" || fail "pip cannot fetch $WHEEL; see above"
  echo "$WHEEL_SHA256  $(echo "$work"/*.whl)" | sha256sum -c --quiet || fail "the wheel is not the known one; nothing done"

  python3 - "$work"/*.whl "$MODULE/deps" <<'PYTHON'
import os, shutil, sys, zipfile

wheel, deps = sys.argv[1:]
LIBRARIES = {'tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'}
HEADERS = ('tensorflow/include/tensorflow/', 'tensorflow/include/tsl/')
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name in LIBRARIES:
            target = os.path.join(deps, 'lib', os.path.basename(name))
        elif name.startswith(HEADERS) and not name.endswith('/'):
            target = os.path.join(deps, name.removeprefix('tensorflow/'))
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(name) as packed, open(target, 'wb') as unpacked:
            shutil.copyfileobj(packed, unpacked)
PYTHON
  for name in libtensorflow.so libtensorflow.so.2; do ln -sf libtensorflow_cc.so.2 "$MODULE/deps/lib/$name"; done
  ln -sf libtensorflow_framework.so.2 "$MODULE/deps/lib/libtensorflow_framework.so"

  say "compiling the binding"
  # Headers that come with this Node spare node-gyp a download.
  node_root=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  headers=()
  [ -f "$node_root/include/node/node_api.h" ] && headers=(--nodedir="$node_root")
  (cd "$MODULE" && npx -y node-gyp@11 rebuild "${headers[@]}" --module_name=tfjs_binding \
    --module_path="$MODULE/lib/napi-v8" --napi_build_version=8) >"$work/node-gyp.log" 2>&1 \
    || { tail -20 "$work/node-gyp.log" >&2; fail "the binding does not compile; see above"; }
fi

TF_CPP_MIN_LOG_LEVEL=2 node -e "const tf = require('$MODULE'); console.log('tfjs-node: works, backend ' + tf.getBackend())"
