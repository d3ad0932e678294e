/*
 * fake_nvml.c - a libnvidia-ml.so.1 that plays an esnode.timeline/1, for tests only (64-bit little-endian Linux).
 * Own code: names, struct sizes and offsets, version words and codes are those of nvml.h; nothing of NVIDIA's is copied.
 * What each call answers is written in docs/format/timeline.md; io.esnode.timeline answers the same from Java.
 *
 * HEADER     version of nvml.h to imitate: its field numbers, event types and struct versions; the linker script of
 *            'build' leaves it the symbols of that header
 * PROC_BYTES size of an element of the _v3 process lists: 24, or 32 as drivers 535.43 to 535.86 wrote
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "timeline.h"

#ifndef PROC_BYTES
#define PROC_BYTES 24
#endif
#define EXPORT __attribute__((visibility("default")))

typedef int R;
typedef unsigned long long U64;
enum {
  SUCCESS = 0,
  UNINITIALIZED = 1,
  INVALID_ARGUMENT = 2,
  NOT_SUPPORTED = 3,
  NOT_FOUND = 6,
  INSUFFICIENT_SIZE = 7,
  DRIVER_NOT_LOADED = 9,
  TIMEOUT = 10,
  CORRUPTED_INFOROM = 14,
  GPU_IS_LOST = 15,
  VERSION_MISMATCH = 25,
  UNKNOWN = 999
};

/* One handle for each GPU or instance and each generation of it: stale ones stay distinguishable. */
typedef struct device {
  int gpu, generation, instance; /* instance -1: the whole GPU */
} *D;

static struct timeline tl;
static D pool;
static int pool_size, *pool_first; /* per GPU: index of its first handle */
static int initialised, session, loaded; /* session: how many 'driver load' had happened; loaded: 1 read, -1 refused */
static volatile const int64_t *clock_file;
static int64_t zero_ns;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong calls[FUNCTION_COUNT];

/* ---- time -------------------------------------------------------------------------------------------------------- */

static int64_t monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t now(void) {
  if (clock_file) return *clock_file;
  int64_t ns = monotonic_ns() - zero_ns;
  return ns >= 0 ? ns / 1000000 : -((999999 - ns) / 1000000);
}

static void nap(int64_t us) {
  struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
  nanosleep(&t, NULL);
}

static void wait_until(int64_t t) {
  while (now() < t) nap(clock_file ? 1000 : (t - now()) * 1000 > 0 ? (t - now()) * 1000 : 100);
}

static int64_t stamp(const struct gpu *g, int64_t t) {
  const struct point *skew = series_at(&g->skew, t);
  return tl.epoch_us + t * 1000 + (skew ? skew->v1 : 0);
}

/* ---- the driver and the GPUs at a moment ----------------------------------------------------------------------------- */

static const char *driver_at(int64_t t, int *load_count) {
  static const char *const dflt = HEADER >= 1301   ? "590.44.01"
                                  : HEADER >= 1300 ? "580.95.05"
                                  : HEADER >= 1209 ? "575.64.05"
                                  : HEADER >= 1208 ? "570.172.08"
                                  : HEADER >= 1204 ? "550.163.01"
                                  : HEADER >= 1202 ? "535.183.06"
                                  : HEADER >= 1200 ? "525.147.05"
                                                   : "470.256.02";
  const char *version = tl.driver_version ? tl.driver_version : dflt;
  *load_count = 0;
  for (int i = 0; i < tl.loads && tl.load[i].t <= t; i++) {
    version = tl.load[i].version;
    *load_count += version != NULL;
  }
  return version;
}

static int generation(int g, int64_t t) {
  int driver_loads;
  driver_at(t, &driver_loads);
  return series_count(&tl.gpu[g].generation, t) + driver_loads;
}

static int plugged(int g, int64_t t) {
  const struct point *p = series_at(&tl.gpu[g].plugged, t);
  return !p || p->v1;
}

static int lives(const struct instance *i, int64_t t) { return i->t0 <= t && t < i->t1; }

static D handle(int g, int instance, int64_t t) {
  return &pool[pool_first[g] + generation(g, t) * (tl.gpu[g].instances + 1) + instance + 1];
}

static int make_handles(void) {
  int total_loads = 0;
  for (int i = 0; i < tl.loads; i++) total_loads += tl.load[i].version != NULL;
  pool_first = calloc((size_t)tl.gpus + 1, sizeof *pool_first);
  if (!pool_first) return -1;
  for (int g = 0; g < tl.gpus; g++)
    pool_first[g + 1] = pool_first[g] + (tl.gpu[g].generation.n + total_loads + 1) * (tl.gpu[g].instances + 1);
  pool_size = pool_first[tl.gpus];
  pool = calloc((size_t)pool_size + 1, sizeof *pool);
  if (!pool) return -1;
  for (int g = 0; g < tl.gpus; g++)
    for (int i = pool_first[g]; i < pool_first[g + 1]; i++)
      pool[i] = (struct device){.gpu = g,
                                .generation = (i - pool_first[g]) / (tl.gpu[g].instances + 1),
                                .instance = (i - pool_first[g]) % (tl.gpu[g].instances + 1) - 1};
  return 0;
}

/* ---- every call passes here ------------------------------------------------------------------------------------------- */

struct call {
  int64_t t;
  int function;
  D device;
  struct gpu *gpu;
  struct instance *instance; /* null: the whole GPU */
  struct scope *scope;
  const struct point *garbage;
};

static int64_t current(const struct series *s, int64_t t) {
  const struct point *p = series_at(s, t);
  return p ? p->v1 : 0;
}

/* Hangs, delays and refuses as the timeline has it for these scopes; the second and third may be null. */
static R disturb(struct call *c, const struct scope *machine, const struct scope *gpu, const struct scope *part) {
  const int f = c->function;
  const struct scope *s[3] = {machine, gpu, part};
  for (;;) {
    int64_t until = c->t;
    for (int i = 0; i < 3; i++) {
      if (!s[i]) continue;
      int64_t all = hang_until(s[i]->hang[F_any], c->t), own = hang_until(s[i]->hang[f], c->t);
      if (all > until) until = all;
      if (own > until && !(part && i == 1)) until = own;
    }
    if (until <= c->t) break;
    wait_until(until);
    c->t = now();
  }
  int64_t us = 0;
  for (int i = 0; i < 3; i++) {
    if (!s[i]) continue;
    int64_t all = current(s[i]->delay[F_any], c->t), own = current(s[i]->delay[f], c->t);
    if (all > us) us = all;
    if (own > us && !(part && i == 1)) us = own;
  }
  if (us > 0) {
    nap(us);
    c->t = now();
  }
  for (int i = 0; i < 3; i++) {
    R r = s[i] ? (R)current(s[i]->ret[F_any], c->t) : 0;
    if (r) return r;
  }
  for (int i = 0; i < 3; i++) {
    R r = s[i] && !(part && i == 1) ? (R)current(s[i]->ret[f], c->t) : 0;
    if (r) return r;
  }
  return SUCCESS;
}

static R ready(struct call *c, int function) {
  *c = (struct call){.function = function};
  atomic_fetch_add_explicit(&calls[function], 1, memory_order_relaxed);
  if (!initialised) return UNINITIALIZED;
  c->t = now();
  int loads;
  return driver_at(c->t, &loads) && loads == session ? SUCCESS : DRIVER_NOT_LOADED;
}

static R enter_machine(struct call *c, int function) {
  R r = ready(c, function);
  return r ? r : disturb(c, &tl.machine, NULL, NULL);
}

static R stale(void) {
  if (tl.stale_crash) raise(SIGSEGV);
  return INVALID_ARGUMENT;
}

static R enter(struct call *c, D d, int function) {
  R r = ready(c, function);
  if (r) return r;
  if (d < pool || d >= pool + pool_size || ((char *)d - (char *)pool) % sizeof *d) return INVALID_ARGUMENT;
  c->device = d;
  c->gpu = &tl.gpu[d->gpu];
  c->scope = &c->gpu->scope;
  if (d->generation != generation(d->gpu, c->t)) return stale();
  if (d->instance >= 0) {
    c->instance = &c->gpu->instance[d->instance];
    c->scope = c->instance->scope;
    if (!lives(c->instance, c->t)) return stale();
  }
  if (!plugged(d->gpu, c->t)) return GPU_IS_LOST;
  r = disturb(c, &tl.machine, &c->gpu->scope, c->instance ? c->scope : NULL);
  if (r) return r;
  c->garbage = series_at(c->scope->garbage[function], c->t);
  if (c->garbage && c->t >= c->garbage->t1) c->garbage = NULL;
  return SUCCESS;
}

/* A call that a MIG instance does not answer. */
static R enter_gpu(struct call *c, D d, int function) {
  R r = enter(c, d, function);
  return r ? r : c->instance ? NOT_SUPPORTED : SUCCESS;
}

#define MACHINE_CALL(f)                     \
  struct call c;                            \
  R refused = enter_machine(&c, F_##f);     \
  if (refused) return refused
#define GPU_CALL(f)                         \
  struct call c;                            \
  R refused = enter_gpu(&c, d, F_##f);      \
  if (refused) return refused
#define ANY_CALL(f)                         \
  struct call c;                            \
  R refused = enter(&c, d, F_##f);          \
  if (refused) return refused

/* ---- keys ---------------------------------------------------------------------------------------------------------- */

static int64_t key_default(const struct scope *s, int key, int64_t t);

static int64_t key_at(const struct scope *s, int key, int64_t t) {
  const struct point *p = series_at(s->key[key], t);
  return p ? point_value(p, t) : key_default(s, key, t);
}

static int64_t key_default(const struct scope *s, int key, int64_t t) {
#define K(name, dflt) dflt,
  static const int64_t dflt[] = {KEYS(K)};
#undef K
  static const int64_t threshold[] = {92, 89, 95, 87};
  if (key == K_margin_c) return 87 - key_at(s, K_temperature_c, t);
  if (key == K_cc) return tl.cc;
  if (key == K_events_supported) return HEADER >= 1208 ? 0xff9f : HEADER >= 1206 ? 0x3f9f : 0x19f;
  if (key < K_named) return dflt[key];
  if (key >= K_threshold && key < K_gpm) return threshold[key - K_threshold];
  return key >= K_nvlink_state && key < K_threshold;
}

/* A value the function writes; what it decides by is read with key_at. */
static int64_t out(const struct call *c, int key) { return c->garbage ? c->garbage->v1 : key_at(c->scope, key, c->t); }
static int64_t is(const struct call *c, int key) { return key_at(&c->gpu->scope, key, c->t); }
static int said(const struct call *c, int key) { return series_at(c->scope->key[key], c->t) != NULL; }

static R put32(const struct call *c, unsigned *value, int key) {
  if (!value) return INVALID_ARGUMENT;
  *value = (unsigned)out(c, key);
  return SUCCESS;
}
static R put64(const struct call *c, U64 *value, int key) {
  if (!value) return INVALID_ARGUMENT;
  *value = (U64)out(c, key);
  return SUCCESS;
}
static R text(char *buffer, unsigned size, const char *s) {
  if (!buffer) return INVALID_ARGUMENT;
  if (!s) return NOT_SUPPORTED;
  if (size < strlen(s) + 1) return INSUFFICIENT_SIZE;
  strcpy(buffer, s);
  return SUCCESS;
}
static R identity(const struct call *c, unsigned *value, int which) {
  if (!value) return INVALID_ARGUMENT;
  if (!c->gpu->text[which]) return NOT_SUPPORTED;
  *value = (unsigned)c->gpu->number[which];
  return SUCCESS;
}

#define READS_32(f, key) \
  EXPORT R f(D d, unsigned *value) { GPU_CALL(f); return put32(&c, value, key); }
#define READS_64(f, key) \
  EXPORT R f(D d, U64 *value) { GPU_CALL(f); return put64(&c, value, key); }
#define READS_TEXT(f, which) \
  EXPORT R f(D d, char *b, unsigned n) { GPU_CALL(f); return text(b, n, c.gpu->text[which]); }
#define READS_IDENTITY(f, which) \
  EXPORT R f(D d, unsigned *value) { GPU_CALL(f); return identity(&c, value, which); }
#define SAYS_NOT_SUPPORTED(f) \
  EXPORT R f(D d, void *value) { GPU_CALL(f); (void)value; return NOT_SUPPORTED; }

/* ---- library and system ---------------------------------------------------------------------------------------------- */

static int look_up_readings(void);

static int start(void) {
  const char *path = getenv("ESNODE_FAKE_TIMELINE"), *file = getenv("ESNODE_FAKE_CLOCK"), *zero = getenv("ESNODE_FAKE_T0");
  if (!path) {
    fprintf(stderr, "fake nvml: ESNODE_FAKE_TIMELINE names no timeline\n");
    return -1;
  }
  if (file) {
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0) close(fd);
    if (p == MAP_FAILED) {
      fprintf(stderr, "fake nvml: %s: no clock file of 8 bytes\n", file);
      return -1;
    }
    clock_file = p;
  }
  zero_ns = zero ? strtoll(zero, NULL, 10) : monotonic_ns();
  if (timeline_read(&tl, path) || make_handles() || look_up_readings()) return -1;
  if (!clock_file && !tl.has_epoch) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    tl.epoch_us = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000 - (monotonic_ns() - zero_ns) / 1000;
  }
  return 0;
}

static R init(int function) {
  pthread_mutex_lock(&lock);
  if (!loaded) loaded = start() ? -1 : 1;
  pthread_mutex_unlock(&lock);
  if (loaded < 0) return UNKNOWN;
  atomic_fetch_add_explicit(&calls[function], 1, memory_order_relaxed);
  struct call c = {.function = function, .t = now()};
  int loads;
  if (!driver_at(c.t, &loads)) return DRIVER_NOT_LOADED;
  R r = disturb(&c, &tl.machine, NULL, NULL);
  if (r) return r;
  pthread_mutex_lock(&lock);
  driver_at(c.t, &loads);
  session = loads;
  initialised++;
  pthread_mutex_unlock(&lock);
  return SUCCESS;
}

EXPORT R nvmlInit_v2(void) { return init(F_nvmlInit_v2); }
EXPORT R nvmlInitWithFlags(unsigned flags) {
  (void)flags;
  return init(F_nvmlInitWithFlags);
}
EXPORT R nvmlShutdown(void) {
  atomic_fetch_add_explicit(&calls[F_nvmlShutdown], 1, memory_order_relaxed);
  if (!initialised) return UNINITIALIZED;
  struct call c = {.function = F_nvmlShutdown, .t = now()};
  R r = disturb(&c, &tl.machine, NULL, NULL);
  if (r) return r;
  pthread_mutex_lock(&lock);
  if (initialised) initialised--;
  pthread_mutex_unlock(&lock);
  return SUCCESS;
}

EXPORT const char *nvmlErrorString(R r) { return r == SUCCESS ? "Success" : "Error"; }

EXPORT R nvmlSystemGetDriverVersion(char *b, unsigned n) {
  MACHINE_CALL(nvmlSystemGetDriverVersion);
  int loads;
  return text(b, n, driver_at(c.t, &loads));
}
EXPORT R nvmlSystemGetNVMLVersion(char *b, unsigned n) {
  MACHINE_CALL(nvmlSystemGetNVMLVersion);
  int loads;
  char version[256];
  snprintf(version, sizeof version, "%d.%s", HEADER / 100, driver_at(c.t, &loads));
  return text(b, n, tl.nvml_version ? tl.nvml_version : version);
}
EXPORT R nvmlSystemGetCudaDriverVersion_v2(int *v) {
  MACHINE_CALL(nvmlSystemGetCudaDriverVersion_v2);
  *v = HEADER / 100 * 1000 + HEADER % 100 * 10;
  return SUCCESS;
}
EXPORT R nvmlSystemGetDriverBranch(char *p, unsigned length) {
  MACHINE_CALL(nvmlSystemGetDriverBranch);
  unsigned version;
  memcpy(&version, p, 4);
  if (version != 0x01000054u) return VERSION_MISMATCH;
  int loads;
  char branch[80];
  snprintf(branch, sizeof branch, "r%.3s_00", driver_at(c.t, &loads));
  return text(p + 4, length < 80 ? length : 80, branch);
}
EXPORT R nvmlSystemGetConfComputeState(unsigned *s) {
  MACHINE_CALL(nvmlSystemGetConfComputeState);
  s[0] = tl.cc ? 2 : 0;
  s[1] = (unsigned)tl.cc;
  s[2] = 0;
  return SUCCESS;
}
EXPORT R nvmlSystemGetConfComputeCapabilities(unsigned *s) {
  MACHINE_CALL(nvmlSystemGetConfComputeCapabilities);
  s[0] = s[1] = (unsigned)tl.cc;
  return SUCCESS;
}
EXPORT R nvmlSystemGetCPER_v1(void *p) {
  MACHINE_CALL(nvmlSystemGetCPER_v1);
  (void)p;
  return NOT_SUPPORTED;
}

typedef struct {
  char legacy[16];
  unsigned domain, bus, device, id, subsystem;
  char bus_id[32];
} Pci; /* 68 bytes */

static void pci_from(Pci *p, const char *s, unsigned id, unsigned subsystem) {
  memset(p, 0, sizeof *p);
  snprintf(p->bus_id, sizeof p->bus_id, "%.31s", s);
  snprintf(p->legacy, sizeof p->legacy, "%.15s", strlen(s) > 4 ? s + 4 : s);
  sscanf(s, "%x:%x:%x", &p->domain, &p->bus, &p->device);
  p->id = id;
  p->subsystem = subsystem;
}

EXPORT R nvmlGetExcludedDeviceCount(unsigned *n) {
  MACHINE_CALL(nvmlGetExcludedDeviceCount);
  *n = tl.excluded;
  return SUCCESS;
}
EXPORT R nvmlGetExcludedDeviceInfoByIndex(unsigned i, char *p) {
  MACHINE_CALL(nvmlGetExcludedDeviceInfoByIndex);
  if (i >= tl.excluded) return INVALID_ARGUMENT;
  char s[32];
  snprintf(s, sizeof s, "00000000:%02X:00.0", (0xf0 + i) & 0xff);
  pci_from((Pci *)p, s, 0x233010de, 0x16c110de);
  snprintf(p + 68, 80, "GPU-ffffffff-0000-0000-0000-%012x", i);
  return SUCCESS;
}

/* ---- handles ----------------------------------------------------------------------------------------------------------- */

static R give(struct call *c, int g, int instance, D *d) {
  R r = disturb(c, &tl.gpu[g].scope, NULL, NULL);
  if (r) return r;
  *d = handle(g, instance, c->t);
  return SUCCESS;
}

EXPORT R nvmlDeviceGetCount_v2(unsigned *n) {
  MACHINE_CALL(nvmlDeviceGetCount_v2);
  *n = 0;
  for (int g = 0; g < tl.gpus; g++) *n += (unsigned)plugged(g, c.t);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetHandleByIndex_v2(unsigned i, D *d) {
  MACHINE_CALL(nvmlDeviceGetHandleByIndex_v2);
  for (int g = 0; g < tl.gpus; g++)
    if (plugged(g, c.t) && !i--) return give(&c, g, -1, d);
  return INVALID_ARGUMENT;
}
EXPORT R nvmlDeviceGetHandleByUUID(const char *uuid, D *d) {
  MACHINE_CALL(nvmlDeviceGetHandleByUUID);
  for (int g = 0; g < tl.gpus; g++) {
    if (!plugged(g, c.t)) continue;
    if (tl.gpu[g].text[T_uuid] && !strcmp(tl.gpu[g].text[T_uuid], uuid)) return give(&c, g, -1, d);
    for (int i = 0; i < tl.gpu[g].instances; i++)
      if (lives(&tl.gpu[g].instance[i], c.t) && !strcmp(tl.gpu[g].instance[i].uuid, uuid)) return give(&c, g, i, d);
  }
  return NOT_FOUND;
}
EXPORT R nvmlDeviceGetHandleByPciBusId_v2(const char *pci, D *d) {
  MACHINE_CALL(nvmlDeviceGetHandleByPciBusId_v2);
  for (int g = 0; g < tl.gpus; g++)
    if (plugged(g, c.t) && tl.gpu[g].text[T_pci] && !strcasecmp(tl.gpu[g].text[T_pci], pci)) return give(&c, g, -1, d);
  return NOT_FOUND;
}
EXPORT R nvmlDeviceGetIndex(D d, unsigned *i) {
  GPU_CALL(nvmlDeviceGetIndex);
  *i = 0;
  for (int g = 0; g < d->gpu; g++) *i += (unsigned)plugged(g, c.t);
  return SUCCESS;
}

/* ---- identity ---------------------------------------------------------------------------------------------------------- */

EXPORT R nvmlDeviceGetUUID(D d, char *b, unsigned n) {
  ANY_CALL(nvmlDeviceGetUUID);
  return text(b, n, c.instance ? c.instance->uuid : c.gpu->text[T_uuid]);
}
EXPORT R nvmlDeviceGetName(D d, char *b, unsigned n) {
  ANY_CALL(nvmlDeviceGetName);
  return text(b, n, c.gpu->text[T_name]);
}
READS_TEXT(nvmlDeviceGetSerial, T_serial)
READS_TEXT(nvmlDeviceGetVbiosVersion, T_vbios)
READS_TEXT(nvmlDeviceGetBoardPartNumber, T_part)
READS_TEXT(nvmlDeviceGetInforomImageVersion, T_inforom)
EXPORT R nvmlDeviceGetInforomVersion(D d, unsigned object, char *b, unsigned n) {
  GPU_CALL(nvmlDeviceGetInforomVersion);
  return object > 2 ? NOT_SUPPORTED : text(b, n, c.gpu->text[T_inforom_oem + (int)object]);
}
EXPORT R nvmlDeviceGetGspFirmwareVersion(D d, char *b) {
  GPU_CALL(nvmlDeviceGetGspFirmwareVersion);
  int loads;
  return text(b, 64, c.gpu->text[T_gsp] ? c.gpu->text[T_gsp] : driver_at(c.t, &loads));
}
EXPORT R nvmlDeviceGetGspFirmwareMode(D d, unsigned *on, unsigned *dflt) {
  GPU_CALL(nvmlDeviceGetGspFirmwareMode);
  *on = *dflt = 1;
  return SUCCESS;
}
READS_IDENTITY(nvmlDeviceGetMinorNumber, T_minor)
READS_IDENTITY(nvmlDeviceGetModuleId, T_module)
READS_IDENTITY(nvmlDeviceGetBoardId, T_board)
READS_IDENTITY(nvmlDeviceGetArchitecture, T_architecture)
READS_IDENTITY(nvmlDeviceGetBrand, T_brand)
READS_IDENTITY(nvmlDeviceGetNumGpuCores, T_cores)
READS_IDENTITY(nvmlDeviceGetMemoryBusWidth, T_bus_width)
READS_IDENTITY(nvmlDeviceGetNumaNodeId, T_numa)
READS_IDENTITY(nvmlDeviceGetInforomConfigurationChecksum, T_checksum)
EXPORT R nvmlDeviceGetCudaComputeCapability(D d, int *major, int *minor) {
  GPU_CALL(nvmlDeviceGetCudaComputeCapability);
  const char *s = c.gpu->text[T_capability];
  return s && sscanf(s, "%d.%d", major, minor) == 2 ? SUCCESS : NOT_SUPPORTED;
}
EXPORT R nvmlDeviceGetPciInfo_v3(D d, Pci *p) {
  GPU_CALL(nvmlDeviceGetPciInfo_v3);
  if (!c.gpu->text[T_pci]) return NOT_SUPPORTED;
  pci_from(p, c.gpu->text[T_pci], (unsigned)c.gpu->number[T_pci_device], (unsigned)c.gpu->number[T_pci_subsystem]);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetPdi(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetPdi);
  if (p[0] != 0x01000010u) return VERSION_MISMATCH;
  if (!c.gpu->text[T_pdi]) return NOT_SUPPORTED;
  memcpy(p + 2, &c.gpu->number[T_pdi], 8);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetTopologyCommonAncestor(D d, D other, int *level) {
  GPU_CALL(nvmlDeviceGetTopologyCommonAncestor);
  if (other < pool || other >= pool + pool_size) return INVALID_ARGUMENT;
  *level = d->gpu == other->gpu ? 0 : d->gpu / 4 == other->gpu / 4 ? 40 : 50;
  return SUCCESS;
}
EXPORT R nvmlDeviceValidateInforom(D d) {
  GPU_CALL(nvmlDeviceValidateInforom);
  return is(&c, K_inforom_valid) ? SUCCESS : CORRUPTED_INFOROM;
}
EXPORT R nvmlDeviceGetBBXTimeData_v1(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetBBXTimeData_v1);
  return put32(&c, p, K_bbx_seconds);
}
EXPORT R nvmlDeviceGetLastBBXFlushTime(D d, U64 *t, unsigned long *us) {
  GPU_CALL(nvmlDeviceGetLastBBXFlushTime);
  (void)t;
  (void)us;
  return NOT_SUPPORTED;
}
SAYS_NOT_SUPPORTED(nvmlDeviceGetPlatformInfo)

/* ---- modes and limits ---------------------------------------------------------------------------------------------------- */

READS_32(nvmlDeviceGetPersistenceMode, K_persistence_mode)
READS_32(nvmlDeviceGetComputeMode, K_compute_mode)
READS_32(nvmlDeviceGetPowerManagementLimit, K_power_limit_mw)
READS_32(nvmlDeviceGetPowerManagementDefaultLimit, K_power_limit_default_mw)
READS_32(nvmlDeviceGetEnforcedPowerLimit, K_power_limit_mw)
READS_32(nvmlDeviceGetMaxPcieLinkGeneration, K_pcie_generation_max)
READS_32(nvmlDeviceGetGpuMaxPcieLinkGeneration, K_pcie_generation_max)
READS_32(nvmlDeviceGetMaxPcieLinkWidth, K_pcie_width_max)
READS_32(nvmlDeviceGetCurrPcieLinkGeneration, K_pcie_generation)
READS_32(nvmlDeviceGetCurrPcieLinkWidth, K_pcie_width)
READS_32(nvmlDeviceGetNumFans, K_fans)
READS_32(nvmlDeviceGetAccountingMode, K_accounting_mode)
EXPORT R nvmlDeviceGetVirtualizationMode(D d, int *mode) {
  GPU_CALL(nvmlDeviceGetVirtualizationMode);
  *mode = 0;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetPowerManagementLimitConstraints(D d, unsigned *min, unsigned *max) {
  GPU_CALL(nvmlDeviceGetPowerManagementLimitConstraints);
  put32(&c, min, K_power_limit_min_mw);
  return put32(&c, max, K_power_limit_max_mw);
}
EXPORT R nvmlDeviceGetEccMode(D d, unsigned *now_on, unsigned *pending) {
  GPU_CALL(nvmlDeviceGetEccMode);
  put32(&c, now_on, K_ecc_mode);
  return put32(&c, pending, K_ecc_mode);
}
EXPORT R nvmlDeviceGetDefaultEccMode(D d, unsigned *mode) {
  GPU_CALL(nvmlDeviceGetDefaultEccMode);
  *mode = 1;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetMigMode(D d, unsigned *now_on, unsigned *pending) {
  GPU_CALL(nvmlDeviceGetMigMode);
  if (!is(&c, K_mig_mode_supported)) return NOT_SUPPORTED;
  put32(&c, now_on, K_mig_mode);
  return put32(&c, pending, K_mig_mode);
}
EXPORT R nvmlDeviceGetTemperatureThreshold(D d, unsigned type, unsigned *t) {
  GPU_CALL(nvmlDeviceGetTemperatureThreshold);
  return type < THRESHOLD_KEYS ? put32(&c, t, K_threshold + (int)type) : NOT_SUPPORTED;
}
EXPORT R nvmlDeviceGetMaxClockInfo(D d, unsigned type, unsigned *mhz) {
  GPU_CALL(nvmlDeviceGetMaxClockInfo);
  return type > 2 ? NOT_SUPPORTED : put32(&c, mhz, type == 2 ? K_clock_memory_max_mhz : K_clock_sm_max_mhz);
}

/* ---- readings ----------------------------------------------------------------------------------------------------------- */

EXPORT R nvmlDeviceGetTemperatureV(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetTemperatureV);
  if (p[0] != 0x0100000cu) return VERSION_MISMATCH;
  return p[1] ? INVALID_ARGUMENT : put32(&c, p + 2, K_temperature_c);
}
EXPORT R nvmlDeviceGetMarginTemperature(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetMarginTemperature);
  return p[0] != 0x01000008u ? VERSION_MISMATCH : put32(&c, p + 1, K_margin_c);
}
EXPORT R nvmlDeviceGetTemperature(D d, unsigned sensor, unsigned *t) {
  GPU_CALL(nvmlDeviceGetTemperature);
  return sensor ? INVALID_ARGUMENT : put32(&c, t, K_temperature_c);
}
EXPORT R nvmlDeviceGetUtilizationRates(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetUtilizationRates);
  if (is(&c, K_mig_mode)) return NOT_SUPPORTED;
  put32(&c, p, K_utilization_gpu);
  return put32(&c, p + 1, K_utilization_memory);
}
static R engine(const struct call *c, unsigned *percent, unsigned *period_us, int key) {
  if (is(c, K_mig_mode)) return NOT_SUPPORTED;
  *period_us = 167000;
  return put32(c, percent, key);
}
EXPORT R nvmlDeviceGetEncoderUtilization(D d, unsigned *percent, unsigned *us) {
  GPU_CALL(nvmlDeviceGetEncoderUtilization);
  return engine(&c, percent, us, K_encoder_percent);
}
EXPORT R nvmlDeviceGetDecoderUtilization(D d, unsigned *percent, unsigned *us) {
  GPU_CALL(nvmlDeviceGetDecoderUtilization);
  return engine(&c, percent, us, K_decoder_percent);
}
READS_64(nvmlDeviceGetCurrentClocksEventReasons, K_reasons)
READS_64(nvmlDeviceGetCurrentClocksThrottleReasons, K_reasons)
READS_64(nvmlDeviceGetSupportedClocksEventReasons, K_reasons_supported)
READS_64(nvmlDeviceGetSupportedClocksThrottleReasons, K_reasons_supported)
READS_64(nvmlDeviceGetSupportedEventTypes, K_events_supported)
READS_32(nvmlDeviceGetPerformanceState, K_performance_state)
READS_32(nvmlDeviceGetPowerUsage, K_power_mw)
EXPORT R nvmlDeviceGetClockInfo(D d, unsigned type, unsigned *mhz) {
  GPU_CALL(nvmlDeviceGetClockInfo);
  return type > 2 ? NOT_SUPPORTED
                  : put32(&c, mhz, type == 2 ? K_clock_memory_mhz : type == 1 ? K_clock_sm_mhz : K_clock_graphics_mhz);
}
EXPORT R nvmlDeviceGetFanSpeed_v2(D d, unsigned fan, unsigned *percent) {
  GPU_CALL(nvmlDeviceGetFanSpeed_v2);
  int64_t fans = is(&c, K_fans);
  if (!fans || !said(&c, K_fan_percent)) return NOT_SUPPORTED;
  return fan >= fans ? INVALID_ARGUMENT : put32(&c, percent, K_fan_percent);
}

/* total, reserved and used; an instance has its own memory and no reserve */
static void memory(const struct call *c, U64 *total, U64 *reserved, U64 *used) {
  *total = c->instance && !c->garbage ? c->instance->bytes : (U64)out(c, K_memory_total_bytes);
  *reserved = c->instance && !c->garbage ? 0 : (U64)out(c, K_memory_reserved_bytes);
  *used = (U64)out(c, K_memory_used_bytes);
}
EXPORT R nvmlDeviceGetMemoryInfo(D d, U64 *p) { /* total, free, used */
  ANY_CALL(nvmlDeviceGetMemoryInfo);
  U64 reserved;
  memory(&c, &p[0], &reserved, &p[2]);
  p[1] = p[0] - reserved - p[2];
  return SUCCESS;
}
EXPORT R nvmlDeviceGetMemoryInfo_v2(D d, U64 *p) { /* version, total, reserved, free, used */
  ANY_CALL(nvmlDeviceGetMemoryInfo_v2);
  unsigned version;
  memcpy(&version, p, 4);
  if (version != 0x02000028u) return VERSION_MISMATCH;
  memory(&c, &p[1], &p[2], &p[4]);
  p[3] = p[1] - p[2] - p[4];
  return SUCCESS;
}
EXPORT R nvmlDeviceGetBAR1MemoryInfo(D d, U64 *p) { /* total, free, used */
  GPU_CALL(nvmlDeviceGetBAR1MemoryInfo);
  put64(&c, &p[0], K_bar1_total_bytes);
  put64(&c, &p[2], K_bar1_used_bytes);
  p[1] = p[0] - p[2];
  return SUCCESS;
}

/* ---- fields -------------------------------------------------------------------------------------------------------------- */

typedef struct {
  unsigned id, scope;
  int64_t stamp, latency;
  unsigned type;
  R ret;
  union {
    double d;
    uint64_t u64;
    unsigned u32;
    unsigned short u16;
    unsigned char bytes[8];
  } value;
} Field; /* 40 bytes */

/* Which key a field reads that no statement names; looked up once for every name. */
struct reading {
  short key;                                /* -1: none */
  signed char ecc_type, ecc_counter, ecc_location; /* ecc_type -1: not an ECC count; ecc_location -1: all of them */
};
static struct reading *reading_of;

static struct reading ecc_reading(const char *name) {
  static const struct {
    const char *suffix;
    signed char location;
  } where[] = {{"_TOTAL", -1}, {"_L1", 0}, {"_L2", 1}, {"_DEV", 2}, {"_REG", 3}, {"_TEX", 4}, {"_CBU", 6}};
  int type = !strncmp(name, "ECC_DBE_", 8) ? 1 : !strncmp(name, "ECC_SBE_", 8) ? 0 : -1;
  int counter = type < 0 ? -1 : !strncmp(name + 8, "VOL", 3) ? 0 : !strncmp(name + 8, "AGG", 3) ? 1 : -1;
  for (size_t i = 0; counter >= 0 && i < sizeof where / sizeof *where; i++)
    if (!strcmp(name + 11, where[i].suffix))
      return (struct reading){.key = K_ecc,
                              .ecc_type = (signed char)type,
                              .ecc_counter = (signed char)counter,
                              .ecc_location = where[i].location};
  return (struct reading){.key = -1, .ecc_type = -1};
}

static int look_up_readings(void) {
  static const struct {
    const char *name;
    short key;
  } same[] = {{"POWER_INSTANT", K_power_mw},
              {"POWER_AVERAGE", K_power_mw},
              {"POWER_CURRENT_LIMIT", K_power_limit_mw},
              {"POWER_REQUESTED_LIMIT", K_power_limit_mw},
              {"POWER_MIN_LIMIT", K_power_limit_min_mw},
              {"POWER_MAX_LIMIT", K_power_limit_max_mw},
              {"POWER_DEFAULT_LIMIT", K_power_limit_default_mw},
              {"MEMORY_TEMP", K_temperature_memory_c},
              {"REMAPPED_COR", K_remapped_corrected},
              {"REMAPPED_UNC", K_remapped_uncorrected},
              {"REMAPPED_PENDING", K_remap_pending},
              {"REMAPPED_FAILURE", K_remap_failure},
              {"RETIRED_PENDING", K_retired_pending},
              {"ECC_CURRENT", K_ecc_mode},
              {"ECC_PENDING", K_ecc_mode},
              {"NVLINK_LINK_COUNT", K_nvlink_links},
              {"NVLINK_GET_STATE", K_nvlink_state},
              {"C2C_LINK_COUNT", K_c2c_links}};
  int names = field_name_count();
  reading_of = calloc((size_t)names, sizeof *reading_of);
  if (!reading_of) return -1;
  for (int n = 0; n < names; n++) {
    reading_of[n] = ecc_reading(field_text(n));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
      if (!strcmp(field_text(n), same[i].name)) reading_of[n].key = same[i].key;
  }
  return 0;
}

static R derived(const struct call *c, int name, unsigned scope, uint64_t *v) {
  struct reading r = reading_of[name];
  if (r.key == K_nvlink_state && scope < LINK_KEYS && scope < is(c, K_nvlink_links)) {
    *v = (uint64_t)out(c, K_nvlink_state + (int)scope);
    return SUCCESS;
  }
  if (scope || r.key < 0 || r.key == K_nvlink_state) return NOT_SUPPORTED;
  if (r.key == K_temperature_memory_c && !said(c, K_temperature_memory_c)) return NOT_SUPPORTED;
  if (r.key == K_retired_pending && !c->gpu->retireds) return NOT_SUPPORTED;
  if (r.ecc_type < 0) {
    *v = (uint64_t)out(c, r.key);
    return SUCCESS;
  }
  if (!is(c, K_ecc_mode)) return NOT_SUPPORTED;
  *v = 0;
  for (int l = 0; l < 8; l++)
    if (r.ecc_location < 0 || r.ecc_location == l)
      *v += (uint64_t)out(c, K_ecc + l * 4 + r.ecc_type * 2 + r.ecc_counter);
  return SUCCESS;
}

static R refusal(const struct call *c, int name, unsigned scope) {
  R every = (R)current(named_find(&c->gpu->field_ret, name, EVERY_SCOPE), c->t);
  return every ? every : (R)current(named_find(&c->gpu->field_ret, name, scope), c->t);
}

static const struct point *field_garbage(const struct call *c, int name, unsigned scope) {
  const struct point *p = series_at(named_find(&c->gpu->field_garbage, name, EVERY_SCOPE), c->t);
  if (p && c->t < p->t1) return p;
  p = series_at(named_find(&c->gpu->field_garbage, name, scope), c->t);
  return p && c->t < p->t1 ? p : NULL;
}

static R read_field(const struct call *c, int name, unsigned scope, uint64_t *v) {
  if (name < 0) return NOT_SUPPORTED;
  R r = refusal(c, name, scope);
  if (r) return r;
  const struct point *garbage = field_garbage(c, name, scope);
  if (garbage) {
    *v = (uint64_t)garbage->v1;
    return SUCCESS;
  }
  return field_value(c->gpu, name, scope, c->t, v) ? SUCCESS : derived(c, name, scope, v);
}

EXPORT R nvmlDeviceGetFieldValues(D d, int n, Field *f) {
  GPU_CALL(nvmlDeviceGetFieldValues);
  if (!f || n <= 0) return INVALID_ARGUMENT;
  int64_t at = stamp(c.gpu, c.t), latency = is(&c, K_field_latency_us);
  for (int i = 0; i < n; i++) {
    uint64_t v = 0;
    int name = field_name_of(f[i].id);
    f[i].stamp = at;
    f[i].latency = latency;
    f[i].ret = read_field(&c, name, f[i].scope, &v);
    if (f[i].ret) continue;
    f[i].type = tl.type[name];
    memset(f[i].value.bytes, 0xa5, 8);
    switch (f[i].type) {
      case 0: f[i].value.d = (double)(int64_t)v / 1000.0; break;
      case 1:
      case 5: f[i].value.u32 = (unsigned)v; break;
      case 6: f[i].value.u16 = (unsigned short)v; break;
      default: f[i].value.u64 = v;
    }
  }
  return SUCCESS;
}

typedef struct {
  uint64_t stamp;
  unsigned value, rest;
} Sample; /* 16 bytes */

EXPORT R nvmlDeviceGetSamples(D d, unsigned type, U64 last, unsigned *value_type, unsigned *count, Sample *s) {
  GPU_CALL(nvmlDeviceGetSamples);
  static const int key[] = {K_power_mw,        K_utilization_gpu, K_utilization_memory, K_encoder_percent,
                            K_decoder_percent, K_clock_sm_mhz,    K_clock_memory_mhz};
  if (!count) return INVALID_ARGUMENT;
  if (type > 6 || (is(&c, K_mig_mode) && type >= 1 && type <= 4)) return NOT_SUPPORTED;
  *value_type = 1;
  if (!s) {
    *count = 120;
    return SUCCESS;
  }
  int64_t period = is(&c, K_sample_rate_ms);
  if (period < 1) period = 1;
  int64_t latest = c.t >= 0 ? c.t / period * period : -((-c.t + period - 1) / period * period);
  unsigned n = 0;
  for (int i = 119; i >= 0 && n < *count; i--) {
    int64_t t = latest - i * period;
    uint64_t at = (uint64_t)stamp(c.gpu, t);
    if (t < -tl.boot_ms || at <= last) continue;
    int64_t v = c.garbage ? c.garbage->v1 : key_at(c.scope, key[type], t);
    s[n++] = (Sample){.stamp = at, .value = (unsigned)v, .rest = 0xa5a5a5a5u};
  }
  *count = n;
  return n ? SUCCESS : NOT_FOUND;
}

/* ---- processes --------------------------------------------------------------------------------------------------------- */

static R processes(const struct call *c, unsigned *count, unsigned char *p, int graphics, size_t size) {
  if (!count) return INVALID_ARGUMENT;
  unsigned need = 0, room = *count;
  for (int pass = 0; pass < 2; pass++) {
    unsigned n = 0;
    for (int i = 0; i < c->gpu->processes; i++) {
      const struct process *q = &c->gpu->process[i];
      if (q->graphics != graphics || c->t < q->t0 || c->t >= q->t1) continue;
      if (c->instance && (q->gi != c->instance->gi || q->ci != c->instance->ci)) continue;
      if (pass) {
        unsigned char *e = p + n * size;
        memset(e, 0, size);
        memcpy(e, &q->pid, 4);
        memcpy(e + 8, &q->bytes, 8);
        if (size >= 24) {
          memcpy(e + 16, &q->gi, 4);
          memcpy(e + 20, &q->ci, 4);
        }
      }
      n++;
    }
    need = n;
    if (!p || need > room) break;
  }
  *count = need;
  return need && (!p || need > room) ? INSUFFICIENT_SIZE : SUCCESS;
}
#define LISTS_PROCESSES(f, graphics, size)                        \
  EXPORT R f(D d, unsigned *count, unsigned char *p) {            \
    ANY_CALL(f);                                                  \
    return processes(&c, count, p, graphics, size);               \
  }
LISTS_PROCESSES(nvmlDeviceGetComputeRunningProcesses, 0, 16)
LISTS_PROCESSES(nvmlDeviceGetComputeRunningProcesses_v2, 0, 24)
LISTS_PROCESSES(nvmlDeviceGetComputeRunningProcesses_v3, 0, PROC_BYTES)
LISTS_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses, 1, 16)
LISTS_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2, 1, 24)
LISTS_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3, 1, PROC_BYTES)

typedef struct {
  unsigned pid;
  uint64_t stamp;
  unsigned sm, memory, encoder, decoder;
} ProcessSample; /* 32 bytes */

EXPORT R nvmlDeviceGetProcessUtilization(D d, ProcessSample *s, unsigned *count, U64 last) {
  GPU_CALL(nvmlDeviceGetProcessUtilization);
  if (!count) return INVALID_ARGUMENT;
  if (is(&c, K_mig_mode)) return NOT_SUPPORTED;
  int64_t second = c.t >= 0 ? c.t / 1000 * 1000 : -((-c.t + 999) / 1000 * 1000);
  uint64_t at = (uint64_t)stamp(c.gpu, second);
  unsigned need = 0, room = *count;
  for (int pass = 0; pass < 2; pass++) {
    unsigned n = 0;
    for (int i = 0; i < c.gpu->processes; i++) {
      const struct process *q = &c.gpu->process[i];
      if (q->sm_percent < 0 || c.t < q->t0 || c.t >= q->t1 || at <= last) continue;
      if (pass) s[n] = (ProcessSample){.pid = q->pid, .stamp = at, .sm = (unsigned)q->sm_percent};
      n++;
    }
    need = n;
    if (!s || need > room) break;
  }
  *count = need;
  return !need ? NOT_FOUND : !s || need > room ? INSUFFICIENT_SIZE : SUCCESS;
}

EXPORT R nvmlDeviceGetAccountingBufferSize(D d, unsigned *n) {
  GPU_CALL(nvmlDeviceGetAccountingBufferSize);
  *n = 4000;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetAccountingPids(D d, unsigned *count, unsigned *pids) {
  GPU_CALL(nvmlDeviceGetAccountingPids);
  if (!is(&c, K_accounting_mode)) return NOT_SUPPORTED;
  unsigned room = *count, need = (unsigned)c.gpu->accounts;
  *count = need;
  if (need && (!pids || need > room)) return INSUFFICIENT_SIZE;
  for (unsigned i = 0; i < need; i++) pids[i] = c.gpu->account[i].pid;
  return SUCCESS;
}
typedef struct {
  unsigned gpu, memory;
  uint64_t max_bytes, time_ms, start_us;
  unsigned running, reserved[5];
} AccountingStats; /* 56 bytes */

EXPORT R nvmlDeviceGetAccountingStats(D d, unsigned pid, AccountingStats *s) {
  GPU_CALL(nvmlDeviceGetAccountingStats);
  if (!is(&c, K_accounting_mode)) return NOT_SUPPORTED;
  for (int i = 0; i < c.gpu->accounts; i++) {
    const struct account *a = &c.gpu->account[i];
    if (a->pid != pid) continue;
    *s = (AccountingStats){.gpu = a->gpu_percent,
                           .memory = a->memory_percent,
                           .max_bytes = a->max_bytes,
                           .time_ms = a->time_ms,
                           .start_us = a->start_us,
                           .running = a->running};
    return SUCCESS;
  }
  return NOT_FOUND;
}

/* ---- health -------------------------------------------------------------------------------------------------------------- */

EXPORT R nvmlDeviceGetMemoryErrorCounter(D d, unsigned type, unsigned counter, unsigned location, U64 *n) {
  GPU_CALL(nvmlDeviceGetMemoryErrorCounter);
  if (!is(&c, K_ecc_mode)) return NOT_SUPPORTED;
  if (type > 1 || counter > 1 || location > 7) return INVALID_ARGUMENT;
  return put64(&c, n, K_ecc + (int)(location * 4 + type * 2 + counter));
}
EXPORT R nvmlDeviceGetSramEccErrorStatus(D d, U64 *p) {
  GPU_CALL(nvmlDeviceGetSramEccErrorStatus);
  unsigned version;
  memcpy(&version, p, 4);
  if (version != 0x01000068u) return VERSION_MISMATCH;
  for (int i = 0; i < 11; i++) put64(&c, p + 1 + i, K_sram_unc_parity_agg + i);
  return put32(&c, (unsigned *)(p + 12), K_sram_threshold);
}
EXPORT R nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts);
  if (p[0] != 0x01000010u) return VERSION_MISMATCH;
  p[1] = 0;
  return SUCCESS;
}
static int has_instance(const struct call *c) {
  for (int i = 0; i < c->gpu->instances; i++)
    if (lives(&c->gpu->instance[i], c->t)) return 1;
  return 0;
}
EXPORT R nvmlDeviceGetRemappedRows(D d, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failure) {
  GPU_CALL(nvmlDeviceGetRemappedRows);
  if (is(&c, K_mig_mode) && has_instance(&c)) return NOT_SUPPORTED;
  put32(&c, corrected, K_remapped_corrected);
  put32(&c, uncorrected, K_remapped_uncorrected);
  put32(&c, pending, K_remap_pending);
  return put32(&c, failure, K_remap_failure);
}
EXPORT R nvmlDeviceGetRemappedRows_v2(D d, unsigned *p) { /* corrected, inactive, uncorrected, inactive, pending, failure */
  GPU_CALL(nvmlDeviceGetRemappedRows_v2);
  if (is(&c, K_mig_mode) && has_instance(&c)) return NOT_SUPPORTED;
  put32(&c, p, K_remapped_corrected);
  put32(&c, p + 2, K_remapped_uncorrected);
  put32(&c, p + 4, K_remap_pending);
  put32(&c, p + 5, K_remap_failure);
  p[1] = p[3] = 0;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetRowRemapperHistogram(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetRowRemapperHistogram);
  for (int i = 0; i < 5; i++) put32(&c, p + i, K_banks_max + i);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetRepairStatus(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetRepairStatus);
  if (p[0] != 0x0100000cu) return VERSION_MISMATCH;
  put32(&c, p + 1, K_channel_repair_pending);
  return put32(&c, p + 2, K_tpc_repair_pending);
}
EXPORT R nvmlDeviceGetUnrepairableMemoryFlag_v1(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetUnrepairableMemoryFlag_v1);
  return put32(&c, p, K_unrepairable_memory);
}
EXPORT R nvmlDeviceGetRetiredPagesPendingStatus(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetRetiredPagesPendingStatus);
  return c.gpu->retireds ? put32(&c, p, K_retired_pending) : NOT_SUPPORTED;
}
EXPORT R nvmlDeviceGetRetiredPages_v2(D d, unsigned cause, unsigned *count, U64 *addresses, U64 *stamps) {
  GPU_CALL(nvmlDeviceGetRetiredPages_v2);
  if (!c.gpu->retireds) return NOT_SUPPORTED;
  unsigned need = 0, room = *count;
  for (int i = 0; i < c.gpu->retireds; i++) need += c.gpu->retired[i].cause == cause;
  *count = need;
  if (need && (!addresses || !stamps || need > room)) return INSUFFICIENT_SIZE;
  for (int i = 0, n = 0; i < c.gpu->retireds; i++) {
    if (c.gpu->retired[i].cause != cause) continue;
    addresses[n] = c.gpu->retired[i].address;
    stamps[n++] = c.gpu->retired[i].ts_us;
  }
  return SUCCESS;
}
EXPORT R nvmlDeviceGetClkMonStatus(D d, unsigned *p) {
  GPU_CALL(nvmlDeviceGetClkMonStatus);
  p[0] = p[1] = 0;
  return SUCCESS;
}

static void fabric(const struct call *c, unsigned char *cluster, unsigned char *status, unsigned char *clique,
                   unsigned char *state) {
  unsigned v;
  memset(cluster, 0x11, 16);
  put32(c, &v, K_fabric_status);
  memcpy(status, &v, 4);
  put32(c, &v, K_fabric_clique);
  memcpy(clique, &v, 4);
  *state = (unsigned char)out(c, K_fabric_state);
}
EXPORT R nvmlDeviceGetGpuFabricInfo(D d, unsigned char *p) {
  GPU_CALL(nvmlDeviceGetGpuFabricInfo);
  fabric(&c, p, p + 16, p + 20, p + 24);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetGpuFabricInfoV(D d, unsigned char *p) {
  GPU_CALL(nvmlDeviceGetGpuFabricInfoV);
  unsigned version, health;
  memcpy(&version, p, 4);
  if (version != 0x02000024u && !(HEADER >= 1300 && version == 0x03000028u)) return VERSION_MISMATCH;
  fabric(&c, p + 4, p + 20, p + 24, p + 28);
  put32(&c, &health, K_fabric_health_mask);
  memcpy(p + 32, &health, 4);
  if (version >> 24 == 3) p[36] = (unsigned char)out(&c, K_fabric_summary);
  return SUCCESS;
}

/* ---- NVLink ---------------------------------------------------------------------------------------------------------------- */

#define LINK_CALL(f)  \
  GPU_CALL(f);        \
  if (link >= LINK_KEYS || link >= is(&c, K_nvlink_links)) return INVALID_ARGUMENT

EXPORT R nvmlDeviceGetNvLinkState(D d, unsigned link, unsigned *state) {
  LINK_CALL(nvmlDeviceGetNvLinkState);
  return put32(&c, state, K_nvlink_state + (int)link);
}
EXPORT R nvmlDeviceGetNvLinkVersion(D d, unsigned link, unsigned *version) {
  LINK_CALL(nvmlDeviceGetNvLinkVersion);
  return put32(&c, version, K_nvlink_version);
}
EXPORT R nvmlDeviceGetNvLinkCapability(D d, unsigned link, unsigned capability, unsigned *has) {
  LINK_CALL(nvmlDeviceGetNvLinkCapability);
  *has = capability < 6;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetNvLinkErrorCounter(D d, unsigned link, unsigned counter, U64 *n) {
  LINK_CALL(nvmlDeviceGetNvLinkErrorCounter);
  static const char *const field[] = {"NVLINK_ERROR_DL_REPLAY", "NVLINK_ERROR_DL_RECOVERY", "NVLINK_ERROR_DL_CRC"};
  if (counter > 2) return NOT_SUPPORTED;
  uint64_t v = 0;
  if (!field_value(c.gpu, field_name_index(field[counter]), link, c.t, &v)) v = 0;
  *n = v;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetNvLinkRemoteDeviceType(D d, unsigned link, unsigned *type) {
  LINK_CALL(nvmlDeviceGetNvLinkRemoteDeviceType);
  *type = 2;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetNvLinkRemotePciInfo_v2(D d, unsigned link, Pci *p) {
  LINK_CALL(nvmlDeviceGetNvLinkRemotePciInfo_v2);
  char s[32];
  snprintf(s, sizeof s, "00000000:%02X:00.0", 0xc0 + link % 4);
  pci_from(p, s, 0x22a310de, 0);
  return SUCCESS;
}

/* ---- MIG ------------------------------------------------------------------------------------------------------------------- */

EXPORT R nvmlDeviceGetMaxMigDeviceCount(D d, unsigned *n) {
  GPU_CALL(nvmlDeviceGetMaxMigDeviceCount);
  *n = is(&c, K_mig_mode_supported) ? 7 : 0;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetMigDeviceHandleByIndex(D d, unsigned index, D *mig) {
  GPU_CALL(nvmlDeviceGetMigDeviceHandleByIndex);
  if (!is(&c, K_mig_mode)) return NOT_SUPPORTED;
  for (int i = 0; i < c.gpu->instances; i++)
    if (lives(&c.gpu->instance[i], c.t) && !index--) {
      *mig = handle(d->gpu, i, c.t);
      return SUCCESS;
    }
  return NOT_FOUND;
}
EXPORT R nvmlDeviceGetGpuInstanceId(D d, unsigned *id) {
  ANY_CALL(nvmlDeviceGetGpuInstanceId);
  if (!c.instance) return INVALID_ARGUMENT;
  *id = c.instance->gi;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetComputeInstanceId(D d, unsigned *id) {
  ANY_CALL(nvmlDeviceGetComputeInstanceId);
  if (!c.instance) return INVALID_ARGUMENT;
  *id = c.instance->ci;
  return SUCCESS;
}
EXPORT R nvmlDeviceGetAttributes_v2(D d, unsigned *p) {
  ANY_CALL(nvmlDeviceGetAttributes_v2);
  if (!c.instance) return INVALID_ARGUMENT;
  memset(p, 0, 40);
  p[0] = c.instance->slices * 16;
  p[6] = p[7] = c.instance->slices;
  uint64_t mib = c.instance->bytes >> 20;
  memcpy(p + 8, &mib, 8);
  return SUCCESS;
}

/* ---- confidential computing -------------------------------------------------------------------------------------------------- */

EXPORT R nvmlDeviceGetConfComputeGpuCertificate(D d, unsigned char *p) {
  GPU_CALL(nvmlDeviceGetConfComputeGpuCertificate);
  const char *uuid = c.gpu->text[T_uuid];
  if (!is(&c, K_cc) || !uuid) return NOT_SUPPORTED;
  unsigned size = (unsigned)strlen(uuid);
  memcpy(p, &size, 4);
  memcpy(p + 4, &size, 4);
  memcpy(p + 8, uuid, size);
  memcpy(p + 4104, uuid, size);
  return SUCCESS;
}
EXPORT R nvmlDeviceGetConfComputeGpuAttestationReport(D d, unsigned char *p) {
  GPU_CALL(nvmlDeviceGetConfComputeGpuAttestationReport);
  const char *uuid = c.gpu->text[T_uuid];
  if (!is(&c, K_cc) || !uuid) return NOT_SUPPORTED;
  unsigned size = 32 + (unsigned)strlen(uuid), none = 0;
  memcpy(p, &none, 4);
  memcpy(p + 4, &size, 4);
  memcpy(p + 8, &none, 4);
  memcpy(p + 44, p + 12, 32);
  memcpy(p + 76, uuid, size - 32);
  return SUCCESS;
}

/* ---- GPM --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  int gpu;
  int64_t t;
} *GpmSample;
typedef struct {
  unsigned id;
  R ret;
  double value;
  const char *info[3];
} GpmMetric; /* 40 bytes */
typedef struct {
  unsigned version, count;
  GpmSample first, second;
  GpmMetric metric[];
} GpmMetrics;

EXPORT R nvmlGpmQueryDeviceSupport(D d, unsigned *p) {
  GPU_CALL(nvmlGpmQueryDeviceSupport);
  if (p[0] != 1) return VERSION_MISMATCH;
  return put32(&c, p + 1, K_gpm_supported);
}
EXPORT R nvmlGpmSampleAlloc(GpmSample *s) {
  MACHINE_CALL(nvmlGpmSampleAlloc);
  *s = calloc(1, sizeof **s);
  if (*s) (*s)->gpu = -1;
  return *s ? SUCCESS : UNKNOWN;
}
EXPORT R nvmlGpmSampleFree(GpmSample s) {
  MACHINE_CALL(nvmlGpmSampleFree);
  free(s);
  return SUCCESS;
}
EXPORT R nvmlGpmSampleGet(D d, GpmSample s) {
  GPU_CALL(nvmlGpmSampleGet);
  if (!is(&c, K_gpm_supported)) return NOT_SUPPORTED;
  if (!s) return INVALID_ARGUMENT;
  s->gpu = d->gpu;
  s->t = c.t;
  return SUCCESS;
}
EXPORT R nvmlGpmMetricsGet(GpmMetrics *m) {
  MACHINE_CALL(nvmlGpmMetricsGet);
  if (m->version != 1) return VERSION_MISMATCH;
  if (!m->first || !m->second || m->first->gpu < 0 || m->first->gpu != m->second->gpu) return INVALID_ARGUMENT;
  for (unsigned i = 0; i < m->count; i++) {
    GpmMetric *x = &m->metric[i];
    x->ret = x->id < GPM_KEYS ? SUCCESS : INVALID_ARGUMENT;
    if (!x->ret) x->value = (double)key_at(&tl.gpu[m->first->gpu].scope, K_gpm + (int)x->id, m->second->t) / 100.0;
  }
  return SUCCESS;
}

/* ---- events ------------------------------------------------------------------------------------------------------------------ */

typedef struct event_set {
  int session, next; /* everything before 'next' was delivered or missed */
  struct {
    uint64_t mask;
    int64_t since;
  } gpu[256];
} *EventSet;
typedef struct {
  D device;
  U64 type, data;
  unsigned gi, ci;
} EventData; /* 32 bytes */

EXPORT R nvmlEventSetCreate(EventSet *s) {
  MACHINE_CALL(nvmlEventSetCreate);
  *s = calloc(1, sizeof **s);
  if (*s) (*s)->session = session;
  return *s ? SUCCESS : UNKNOWN;
}
EXPORT R nvmlEventSetFree(EventSet s) {
  MACHINE_CALL(nvmlEventSetFree);
  if (!s) return INVALID_ARGUMENT;
  free(s);
  return SUCCESS;
}
EXPORT R nvmlDeviceRegisterEvents(D d, U64 types, EventSet s) {
  GPU_CALL(nvmlDeviceRegisterEvents);
  if (!s || s->session != session) return INVALID_ARGUMENT;
  if (types & ~(U64)is(&c, K_events_supported)) return NOT_SUPPORTED;
  if (!s->gpu[d->gpu].mask) s->gpu[d->gpu].since = c.t;
  s->gpu[d->gpu].mask |= types;
  return SUCCESS;
}

static R wait_event(int function, EventSet s, EventData *e, unsigned ms, int with_instance) {
  struct call c;
  R refused = enter_machine(&c, function);
  if (refused) return refused;
  if (!s || !e || s->session != session) return INVALID_ARGUMENT;
  int64_t deadline = monotonic_ns() + (int64_t)ms * 1000000;
  for (;;) {
    int64_t t = now();
    for (; s->next < tl.events && tl.event[s->next].t <= t; s->next++) {
      const struct event *x = &tl.event[s->next];
      if (!(s->gpu[x->gpu].mask & x->type) || x->t <= s->gpu[x->gpu].since) continue;
      s->next++;
      *e = (EventData){.device = handle(x->gpu, -1, t),
                       .type = x->type,
                       .data = x->data,
                       .gi = with_instance ? x->gi : 0xffffffffu,
                       .ci = with_instance ? x->ci : 0xffffffffu};
      return SUCCESS;
    }
    int64_t left_us = (deadline - monotonic_ns()) / 1000;
    if (left_us <= 0) return TIMEOUT;
    int64_t us = clock_file || s->next >= tl.events ? left_us : (tl.event[s->next].t - t) * 1000;
    if (clock_file && us > 1000) us = 1000;
    nap(us < left_us ? us : left_us);
  }
}
EXPORT R nvmlEventSetWait(EventSet s, EventData *e, unsigned ms) { return wait_event(F_nvmlEventSetWait, s, e, ms, 0); }
EXPORT R nvmlEventSetWait_v2(EventSet s, EventData *e, unsigned ms) {
  return wait_event(F_nvmlEventSetWait_v2, s, e, ms, 1);
}

/* ---- for tests --------------------------------------------------------------------------------------------------------------- */

EXPORT unsigned long esnodeFakeCalls(const char *function) {
  for (int i = 0; i < F_any; i++)
    if (!strcmp(function_name[i], function)) return atomic_load(&calls[i]);
  return 0;
}
