"""Which pictures does probot make? One: the trajectory of a participant's last days, as a PNG."""
