# Read before the script of every work unit: what holds for this platform.
export PATH=$PATH:$PWD/bin
