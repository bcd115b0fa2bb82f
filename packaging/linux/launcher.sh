#!/bin/sh
# Installed as /usr/bin/socketscope: the command line program of the package.
exec /opt/SocketScope/resources/bin/socketscope "$@"
