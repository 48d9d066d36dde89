"""A clock that is wrong for one process: a library, made here, that the loader puts before the C library's own."""

import subprocess
from pathlib import Path

from tests.chaos.disk import Unavailable

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long by(void) { const char *s = getenv("CLOCK_OFF_BY"); return s ? atol(s) : 0; }
int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int found = real(id, at);
    if (!found && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) at->tv_sec += by();
    return found;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec; at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


def off_by(seconds: int, folder: Path) -> dict[str, str]:
    """Return the variables under which a process has its clock off by so much; Unavailable without a C compiler."""
    source, made = folder / "clock.c", folder / "clock.so"
    source.write_text(SOURCE, encoding="utf-8")
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"a wrong clock for one process needs a C compiler (cc): {error}") from error
    return {"LD_PRELOAD": str(made), "CLOCK_OFF_BY": str(seconds)}
