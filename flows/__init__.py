"""One Prefect flow per arrow of the picture."""
