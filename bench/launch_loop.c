/* The workload that bench/nvml-on-silicon disturbs: launches a kernel, waits for it, and times the round trip.
 *
 *   launch_loop SECONDS idle|busy
 *
 * idle: a kernel that does nothing, so that the time is the launch path's. busy: every SM spins, for a loaded GPU.
 * Prints one line: launches, p50 and p99 in ns. Uses the CUDA driver API through dlopen and a kernel in PTX, so it builds
 * with cc alone. Own code; names and signatures are those of the published driver API.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char PTX[] =
    ".version 6.0\n.target sm_50\n.address_size 64\n"
    ".visible .entry spin(.param .u64 turns)\n{\n"
    "  .reg .pred p; .reg .u64 n;\n"
    "  ld.param.u64 n, [turns];\n"
    "again:\n"
    "  setp.eq.u64 p, n, 0;\n"
    "  @p bra done;\n"
    "  sub.u64 n, n, 1;\n"
    "  bra again;\n"
    "done:\n  ret;\n}\n";

typedef void *handle;
static void *library;

static void *symbol(const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "launch_loop: libcuda.so.1 has no %s\n", name);
    exit(3);
  }
  return found;
}

static void check(int code, const char *what) {
  if (code) {
    fprintf(stderr, "launch_loop: %s answered %d\n", what, code);
    exit(3);
  }
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc != 3 || atof(argv[1]) <= 0 || (strcmp(argv[2], "idle") && strcmp(argv[2], "busy"))) {
    fprintf(stderr, "usage: launch_loop SECONDS idle|busy\n");
    return 64;
  }
  library = dlopen("libcuda.so.1", RTLD_NOW);
  if (!library) {
    fprintf(stderr, "launch_loop: %s\n", dlerror());
    return 3;
  }
  int (*init)(unsigned) = symbol("cuInit");
  int (*get)(int *, int) = symbol("cuDeviceGet");
  int (*retain)(handle *, int) = symbol("cuDevicePrimaryCtxRetain");
  int (*current)(handle) = symbol("cuCtxSetCurrent");
  int (*load)(handle *, const void *) = symbol("cuModuleLoadData");
  int (*function)(handle *, handle, const char *) = symbol("cuModuleGetFunction");
  int (*launch)(handle, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, handle, void **, void **) =
      symbol("cuLaunchKernel");
  int (*wait)(void) = symbol("cuCtxSynchronize");

  int device;
  handle context, module, spin;
  check(init(0), "cuInit");
  check(get(&device, 0), "cuDeviceGet");
  check(retain(&context, device), "cuDevicePrimaryCtxRetain");
  check(current(context), "cuCtxSetCurrent");
  check(load(&module, PTX), "cuModuleLoadData");
  check(function(&spin, module, "spin"), "cuModuleGetFunction");

  int busy = !strcmp(argv[2], "busy");
  uint64_t turns = busy ? 200000 : 0;
  unsigned blocks = busy ? 1024 : 1, threads = busy ? 256 : 1;
  void *arguments[] = {&turns};
  size_t room = 1 << 20, count = 0;
  int64_t *times = malloc(room * sizeof *times);
  for (int i = 0; i < 100; i++) {
    check(launch(spin, blocks, 1, 1, threads, 1, 1, 0, NULL, arguments, NULL), "cuLaunchKernel");
    check(wait(), "cuCtxSynchronize");
  }
  int64_t end = now() + (int64_t)(atof(argv[1]) * 1e9);
  for (int64_t begin = now(); begin < end;) {
    check(launch(spin, blocks, 1, 1, threads, 1, 1, 0, NULL, arguments, NULL), "cuLaunchKernel");
    check(wait(), "cuCtxSynchronize");
    int64_t done = now();
    if (count == room && !(times = realloc(times, (room *= 2) * sizeof *times))) {
      fprintf(stderr, "launch_loop: out of memory\n");
      return 74;
    }
    times[count++] = done - begin;
    begin = done;
  }
  qsort(times, count, sizeof *times, ascending);
  printf("%zu %lld %lld\n", count, (long long)times[count / 2], (long long)times[count - 1 - count / 100]);
  return 0;
}
