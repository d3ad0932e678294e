/*
 * timeline.h - reads an esnode.timeline/1 and says what it holds at a moment. Integers only.
 * The language is docs/format/timeline.md; io.esnode.timeline plays the same text in Java and must answer alike.
 */
#ifndef ESNODE_TIMELINE_H
#define ESNODE_TIMELINE_H

#include <stdint.h>

#ifndef HEADER
#error "HEADER is missing: the version of nvml.h to imitate, e.g. 1204"
#endif

/* Keys of 'set' and 'ramp' with what answers where nothing is set. */
#define KEYS(K)                                                                                                      \
  K(temperature_c, 34) K(margin_c, 0) K(power_mw, 70000) K(utilization_gpu, 0) K(utilization_memory, 0)              \
  K(clock_graphics_mhz, 345) K(clock_sm_mhz, 345) K(clock_memory_mhz, 2619) K(clock_sm_max_mhz, 1980)                \
  K(clock_memory_max_mhz, 2619) K(reasons, 1) K(reasons_supported, 0x1ff) K(performance_state, 0)                    \
  K(memory_total_bytes, 85520809984) K(memory_used_bytes, 0) K(memory_reserved_bytes, 0)                             \
  K(bar1_total_bytes, 137438953472) K(bar1_used_bytes, 0) K(pcie_generation, 5) K(pcie_width, 16)                    \
  K(pcie_generation_max, 5) K(pcie_width_max, 16) K(power_limit_mw, 700000) K(power_limit_min_mw, 200000)            \
  K(power_limit_max_mw, 700000) K(power_limit_default_mw, 700000) K(fan_percent, 0) K(fans, 0)                       \
  K(encoder_percent, 0) K(decoder_percent, 0) K(persistence_mode, 1) K(compute_mode, 0) K(ecc_mode, 1)               \
  K(mig_mode, 0) K(mig_mode_supported, 1) K(remapped_corrected, 0) K(remapped_uncorrected, 0) K(remap_pending, 0)    \
  K(remap_failure, 0) K(banks_max, 640) K(banks_high, 0) K(banks_partial, 0) K(banks_low, 0) K(banks_none, 0)        \
  K(sram_unc_parity_agg, 0) K(sram_unc_secded_agg, 0) K(sram_cor_agg, 0) K(sram_unc_parity_vol, 0)                   \
  K(sram_unc_secded_vol, 0) K(sram_cor_vol, 0) K(sram_l2, 0) K(sram_sm, 0) K(sram_pcie, 0) K(sram_mcu, 0)            \
  K(sram_other, 0) K(sram_threshold, 0) K(channel_repair_pending, 0) K(tpc_repair_pending, 0)                        \
  K(unrepairable_memory, 0) K(fabric_state, 3) K(fabric_status, 0) K(fabric_clique, 0) K(fabric_health_mask, 0)      \
  K(fabric_summary, 1) K(nvlink_links, 18) K(nvlink_version, 4) K(events_supported, 0) K(accounting_mode, 0)         \
  K(gpm_supported, HEADER >= 1108) K(cc, 0) K(inforom_valid, 1) K(sample_rate_ms, 100) K(c2c_links, 0)               \
  K(field_latency_us, 3) K(temperature_memory_c, 0) K(retired_pending, 0) K(bbx_seconds, 31536000)

/* Keys with a number behind the name, and how many of them there are. */
enum { ECC_KEYS = 32, LINK_KEYS = 32, THRESHOLD_KEYS = 4, GPM_KEYS = 334 };

#define K(name, dflt) K_##name,
enum {
  KEYS(K) K_named,
  K_ecc = K_named,
  K_nvlink_state = K_ecc + ECC_KEYS,
  K_threshold = K_nvlink_state + LINK_KEYS,
  K_gpm = K_threshold + THRESHOLD_KEYS,
  KEY_COUNT = K_gpm + GPM_KEYS
};
#undef K

/* Identity texts of 'gpu'. */
#define TEXTS(X)                                                                                                     \
  X(uuid) X(name) X(pci) X(serial) X(vbios) X(part) X(minor) X(module) X(board) X(architecture) X(brand)             \
  X(capability) X(cores) X(bus_width) X(numa) X(gsp) X(inforom) X(inforom_oem) X(inforom_ecc) X(inforom_power)       \
  X(checksum) X(pdi) X(pci_device) X(pci_subsystem)
#define X(name) T_##name,
enum { TEXTS(X) TEXT_COUNT };
#undef X

/* Functions a statement can name; the last index stands for '*'. */
#define FUNCTIONS(F)                                                                                                 \
  F(nvmlInitWithFlags) F(nvmlInit_v2) F(nvmlShutdown) F(nvmlDeviceGetAccountingBufferSize)                           \
  F(nvmlDeviceGetAccountingMode) F(nvmlDeviceGetAccountingPids) F(nvmlDeviceGetAccountingStats)                      \
  F(nvmlDeviceGetArchitecture) F(nvmlDeviceGetAttributes_v2) F(nvmlDeviceGetBAR1MemoryInfo)                          \
  F(nvmlDeviceGetBBXTimeData_v1) F(nvmlDeviceGetBoardId) F(nvmlDeviceGetBoardPartNumber) F(nvmlDeviceGetBrand)       \
  F(nvmlDeviceGetClkMonStatus) F(nvmlDeviceGetClockInfo) F(nvmlDeviceGetComputeInstanceId)                           \
  F(nvmlDeviceGetComputeMode) F(nvmlDeviceGetComputeRunningProcesses) F(nvmlDeviceGetComputeRunningProcesses_v2)     \
  F(nvmlDeviceGetComputeRunningProcesses_v3) F(nvmlDeviceGetConfComputeGpuAttestationReport)                         \
  F(nvmlDeviceGetConfComputeGpuCertificate) F(nvmlDeviceGetCount_v2) F(nvmlDeviceGetCudaComputeCapability)           \
  F(nvmlDeviceGetCurrPcieLinkGeneration) F(nvmlDeviceGetCurrPcieLinkWidth)                                           \
  F(nvmlDeviceGetCurrentClocksEventReasons) F(nvmlDeviceGetCurrentClocksThrottleReasons)                             \
  F(nvmlDeviceGetDecoderUtilization) F(nvmlDeviceGetDefaultEccMode) F(nvmlDeviceGetEccMode)                          \
  F(nvmlDeviceGetEncoderUtilization) F(nvmlDeviceGetEnforcedPowerLimit) F(nvmlDeviceGetFanSpeed_v2)                  \
  F(nvmlDeviceGetFieldValues) F(nvmlDeviceGetGpuFabricInfo) F(nvmlDeviceGetGpuFabricInfoV)                           \
  F(nvmlDeviceGetGpuInstanceId) F(nvmlDeviceGetGpuMaxPcieLinkGeneration) F(nvmlDeviceGetGraphicsRunningProcesses)    \
  F(nvmlDeviceGetGraphicsRunningProcesses_v2) F(nvmlDeviceGetGraphicsRunningProcesses_v3)                            \
  F(nvmlDeviceGetGspFirmwareMode) F(nvmlDeviceGetGspFirmwareVersion) F(nvmlDeviceGetHandleByIndex_v2)                \
  F(nvmlDeviceGetHandleByPciBusId_v2) F(nvmlDeviceGetHandleByUUID) F(nvmlDeviceGetIndex)                             \
  F(nvmlDeviceGetInforomConfigurationChecksum) F(nvmlDeviceGetInforomImageVersion) F(nvmlDeviceGetInforomVersion)    \
  F(nvmlDeviceGetLastBBXFlushTime) F(nvmlDeviceGetMarginTemperature) F(nvmlDeviceGetMaxClockInfo)                    \
  F(nvmlDeviceGetMaxMigDeviceCount) F(nvmlDeviceGetMaxPcieLinkGeneration) F(nvmlDeviceGetMaxPcieLinkWidth)           \
  F(nvmlDeviceGetMemoryBusWidth) F(nvmlDeviceGetMemoryErrorCounter) F(nvmlDeviceGetMemoryInfo)                       \
  F(nvmlDeviceGetMemoryInfo_v2) F(nvmlDeviceGetMigDeviceHandleByIndex) F(nvmlDeviceGetMigMode)                       \
  F(nvmlDeviceGetMinorNumber) F(nvmlDeviceGetModuleId) F(nvmlDeviceGetName) F(nvmlDeviceGetNumFans)                  \
  F(nvmlDeviceGetNumGpuCores) F(nvmlDeviceGetNumaNodeId) F(nvmlDeviceGetNvLinkCapability)                            \
  F(nvmlDeviceGetNvLinkErrorCounter) F(nvmlDeviceGetNvLinkRemoteDeviceType) F(nvmlDeviceGetNvLinkRemotePciInfo_v2)   \
  F(nvmlDeviceGetNvLinkState) F(nvmlDeviceGetNvLinkVersion) F(nvmlDeviceGetPciInfo_v3) F(nvmlDeviceGetPdi)           \
  F(nvmlDeviceGetPerformanceState) F(nvmlDeviceGetPersistenceMode) F(nvmlDeviceGetPlatformInfo)                      \
  F(nvmlDeviceGetPowerManagementDefaultLimit) F(nvmlDeviceGetPowerManagementLimit)                                   \
  F(nvmlDeviceGetPowerManagementLimitConstraints) F(nvmlDeviceGetPowerUsage) F(nvmlDeviceGetProcessUtilization)      \
  F(nvmlDeviceGetRemappedRows) F(nvmlDeviceGetRemappedRows_v2) F(nvmlDeviceGetRepairStatus)                          \
  F(nvmlDeviceGetRetiredPagesPendingStatus) F(nvmlDeviceGetRetiredPages_v2) F(nvmlDeviceGetRowRemapperHistogram)     \
  F(nvmlDeviceGetSamples) F(nvmlDeviceGetSerial) F(nvmlDeviceGetSramEccErrorStatus)                                  \
  F(nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts) F(nvmlDeviceGetSupportedClocksEventReasons)                    \
  F(nvmlDeviceGetSupportedClocksThrottleReasons) F(nvmlDeviceGetSupportedEventTypes) F(nvmlDeviceGetTemperature)     \
  F(nvmlDeviceGetTemperatureThreshold) F(nvmlDeviceGetTemperatureV) F(nvmlDeviceGetTopologyCommonAncestor)           \
  F(nvmlDeviceGetUUID) F(nvmlDeviceGetUnrepairableMemoryFlag_v1) F(nvmlDeviceGetUtilizationRates)                    \
  F(nvmlDeviceGetVbiosVersion) F(nvmlDeviceGetVirtualizationMode) F(nvmlDeviceRegisterEvents)                        \
  F(nvmlDeviceValidateInforom) F(nvmlEventSetCreate) F(nvmlEventSetFree) F(nvmlEventSetWait)                         \
  F(nvmlEventSetWait_v2) F(nvmlGetExcludedDeviceCount) F(nvmlGetExcludedDeviceInfoByIndex) F(nvmlGpmMetricsGet)      \
  F(nvmlGpmQueryDeviceSupport) F(nvmlGpmSampleAlloc) F(nvmlGpmSampleFree) F(nvmlGpmSampleGet)                        \
  F(nvmlSystemGetCPER_v1) F(nvmlSystemGetConfComputeCapabilities) F(nvmlSystemGetConfComputeState)                   \
  F(nvmlSystemGetCudaDriverVersion_v2) F(nvmlSystemGetDriverBranch) F(nvmlSystemGetDriverVersion)                    \
  F(nvmlSystemGetNVMLVersion)
#define F(name) F_##name,
enum { FUNCTIONS(F) F_any, FUNCTION_COUNT };
#undef F

/* Points in time order: what begins at t, of later lines the last counts. */
struct point {
  int64_t t, t1, v0, v1; /* a 'set' has v0 == v1 and t1 == t */
  long line;
};
struct series {
  struct point *p;
  int n, room;
  int64_t *until; /* hangs only: the latest end of this and every earlier one */
};

/* What one rate adds within one stretch between two 'field' statements. */
struct addition {
  int64_t from, until, milli;
  int64_t first_from; /* earliest 'from' of this and every later one in the order of 'until' */
  uint64_t before;    /* sum of all that end earlier */
};
struct stretch {
  int64_t from;
  int has_base;
  uint64_t base;
  struct addition *a;
  int n;
};
struct field {
  uint32_t key; /* name index << 16 | scope */
  struct series base, rates;
  struct stretch *stretches;
  int stretch_count;
};
struct fields {
  struct field *f;
  int n, room;
};

/* Return codes and garbage of fields, by name and scope. */
struct named_series {
  uint32_t key;
  struct series s;
};
struct named {
  struct named_series *s;
  int n, room;
};
enum { EVERY_SCOPE = 0xffff };

/* What statements can speak about: the machine, a GPU, a MIG instance. */
struct scope {
  struct series *key[KEY_COUNT];
  struct series *ret[FUNCTION_COUNT], *delay[FUNCTION_COUNT], *hang[FUNCTION_COUNT], *garbage[FUNCTION_COUNT];
};

struct process {
  int64_t t0, t1, bytes;
  unsigned pid, gi, ci;
  int sm_percent; /* -1: not given */
  int graphics;
};
struct account {
  unsigned pid, gpu_percent, memory_percent, running;
  uint64_t start_us, time_ms, max_bytes;
};
struct retired {
  unsigned cause;
  uint64_t address, ts_us;
};
struct instance {
  int64_t t0, t1;
  unsigned gi, ci, slices;
  uint64_t bytes;
  char *uuid;
  struct scope *scope;
};
struct named_scope {
  unsigned gi, ci;
  long line;
  struct scope scope;
};

struct gpu {
  struct scope scope;
  char *text[TEXT_COUNT]; /* null: answers 3 */
  int64_t number[TEXT_COUNT];
  struct fields fields;
  struct named field_ret, field_garbage;
  struct series skew, plugged, generation;
  struct process *process;
  int processes, process_room;
  struct account *account;
  int accounts, account_room;
  struct retired *retired;
  int retireds, retired_room;
  struct instance *instance;
  int instances, instance_room;
  struct named_scope **part;
  int parts, part_room;
};

struct event {
  int64_t t;
  long line;
  int gpu;
  uint64_t type, data;
  unsigned gi, ci;
};
struct load {
  int64_t t;
  long line;
  char *version; /* null: unloaded */
};

struct timeline {
  struct scope machine;
  struct gpu *gpu;
  int gpus;
  struct event *event;
  int events, event_room;
  struct load *load;
  int loads, load_room;
  char *driver_version, *nvml_version;
  int64_t epoch_us, boot_ms;
  int has_epoch, stale_crash, cc;
  unsigned excluded;
  unsigned char *type; /* nvmlValueType_t by field name */
};

extern const char *const function_name[FUNCTION_COUNT];

/* Reads the file; -1 after one line on stderr where a line is not understood. */
int timeline_read(struct timeline *tl, const char *path);

/* The point that counts at t, or null. */
const struct point *series_at(const struct series *s, int64_t t);
int series_count(const struct series *s, int64_t t); /* how many have begun */
int64_t point_value(const struct point *p, int64_t t);
int64_t hang_until(const struct series *s, int64_t t);

/* Index of a field's name, by name and by the number that this header gives it; -1 if there is none. */
int field_name_index(const char *name);
int field_name_of(unsigned number);
const char *field_text(int name);
int field_name_count(void);
uint32_t field_key(int name, unsigned scope);

/* What 'field' and 'rate' say; 0 if they say nothing. */
int field_value(const struct gpu *g, int name, unsigned scope, int64_t t, uint64_t *value);
const struct series *named_find(const struct named *n, int name, unsigned scope);

#endif
