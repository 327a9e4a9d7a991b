#!/bin/bash
# Renders the scene of the first argument: picture.png. POV-Ray writes how far it is over and over in one line; ApplicationJobs.cs says by which
# words the library knows it.
povray +I"$1" +Opicture.png +W320 +H240 +A0.3 +WT1 +FN8 -D 2>&1 >/dev/null
