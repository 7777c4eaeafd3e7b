# Serves a moving test picture by RTSP: rtsp-server.py PORT WIDTH HEIGHT [NAME PASSWORD]; port 0 is any. Prints its port.
import sys

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstRtsp', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

port, width, height, *login = sys.argv[1:]
Gst.init(None)
server = GstRtspServer.RTSPServer(address='127.0.0.1', service=port)
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch(
    f'( videotestsrc is-live=true ! video/x-raw,format=I420,width={width},height={height},framerate=10/1 '
    '! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph264pay config-interval=1 name=pay0 )'
)
if login:
    name, password = login
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string('media.factory.role', 'viewer')
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(name, password), token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role('viewer', 'media.factory.access', True)
    permissions.add_permission_for_role('viewer', 'media.factory.construct', True)
    factory.set_permissions(permissions)
server.get_mount_points().add_factory('/camera', factory)
if server.attach(None) == 0:
    sys.exit(f'port {port} is taken')
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
