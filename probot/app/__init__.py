"""Where does everything meet? The switchboard: settings, clock, threads, loops and the command line."""
