"""Where a job is found, below the path at which a proxy shows the server."""


def job_path(root_path: str, job_id: str) -> str:
    return f"{root_path}/jobs/{job_id}"


def events_path(root_path: str, job_id: str) -> str:
    return f"{job_path(root_path, job_id)}/events"


def picture_path(root_path: str, job_id: str, index: int) -> str:
    return f"{job_path(root_path, job_id)}/images/{index}"
