/*
 * call_loop.c - the peer of bench/nvml-overhead: the same call of the same library from a C loop in the same process, so that
 * what is left of a call from Java is JNA's part and ours.
 */
#define _GNU_SOURCE
#include <time.h>

/* Calls f(device, value) n times; CPU time of the thread in ns. */
long long callLoop(int (*f)(void *, unsigned *), void *device, unsigned *value, long long n) {
  struct timespec a, b;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
  for (long long i = 0; i < n; i++) f(device, value);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
  return (b.tv_sec - a.tv_sec) * 1000000000ll + (b.tv_nsec - a.tv_nsec);
}
