"""The commands of ``benchlake``; a module adds its own to the app when it is imported."""
