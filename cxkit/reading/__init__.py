"""Any source becomes rows with named columns: files, folders, data frames, databases, event logs."""
