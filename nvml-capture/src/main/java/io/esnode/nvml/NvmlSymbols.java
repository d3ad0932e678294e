package io.esnode.nvml;

/**
 * The C functions themselves, bound by JNA's direct mapping: a method's name is the symbol. Handles and pointers are {@code
 * long}, {@code unsigned int} and enumerations {@code int}, {@code unsigned long long} is {@code long}. Source: nvml.h.
 */
final class NvmlSymbols {
  private NvmlSymbols() {}

  static native int nvmlInitWithFlags(int flags);

  static native int nvmlInit_v2();

  static native int nvmlShutdown();

  static native int nvmlDeviceGetAccountingBufferSize(long device, long value);

  static native int nvmlDeviceGetAccountingMode(long device, long value);

  static native int nvmlDeviceGetAccountingPids(long device, long count, long pids);

  static native int nvmlDeviceGetAccountingStats(long device, int pid, long stats);

  static native int nvmlDeviceGetArchitecture(long device, long value);

  static native int nvmlDeviceGetAttributes_v2(long device, long value);

  static native int nvmlDeviceGetBAR1MemoryInfo(long device, long value);

  static native int nvmlDeviceGetBBXTimeData_v1(long device, long value);

  static native int nvmlDeviceGetBoardId(long device, long value);

  static native int nvmlDeviceGetBoardPartNumber(long device, long text, int size);

  static native int nvmlDeviceGetBrand(long device, long value);

  static native int nvmlDeviceGetClkMonStatus(long device, long value);

  static native int nvmlDeviceGetClockInfo(long device, int type, long value);

  static native int nvmlDeviceGetComputeInstanceId(long device, long value);

  static native int nvmlDeviceGetComputeMode(long device, long value);

  static native int nvmlDeviceGetComputeRunningProcesses(long device, long count, long processes);

  static native int nvmlDeviceGetComputeRunningProcesses_v2(
      long device, long count, long processes);

  static native int nvmlDeviceGetComputeRunningProcesses_v3(
      long device, long count, long processes);

  static native int nvmlDeviceGetConfComputeGpuAttestationReport(long device, long value);

  static native int nvmlDeviceGetConfComputeGpuCertificate(long device, long value);

  static native int nvmlDeviceGetCount_v2(long count);

  static native int nvmlDeviceGetCudaComputeCapability(long device, long major, long minor);

  static native int nvmlDeviceGetCurrPcieLinkGeneration(long device, long value);

  static native int nvmlDeviceGetCurrPcieLinkWidth(long device, long value);

  static native int nvmlDeviceGetCurrentClocksEventReasons(long device, long value);

  static native int nvmlDeviceGetCurrentClocksThrottleReasons(long device, long value);

  static native int nvmlDeviceGetDecoderUtilization(long device, long percent, long periodUs);

  static native int nvmlDeviceGetDefaultEccMode(long device, long value);

  static native int nvmlDeviceGetEccMode(long device, long current, long pending);

  static native int nvmlDeviceGetEncoderUtilization(long device, long percent, long periodUs);

  static native int nvmlDeviceGetEnforcedPowerLimit(long device, long value);

  static native int nvmlDeviceGetFanSpeed_v2(long device, int fan, long percent);

  static native int nvmlDeviceGetFieldValues(long device, int count, long values);

  static native int nvmlDeviceGetGpuFabricInfo(long device, long value);

  static native int nvmlDeviceGetGpuFabricInfoV(long device, long value);

  static native int nvmlDeviceGetGpuInstanceId(long device, long value);

  static native int nvmlDeviceGetGpuMaxPcieLinkGeneration(long device, long value);

  static native int nvmlDeviceGetGraphicsRunningProcesses(long device, long count, long processes);

  static native int nvmlDeviceGetGraphicsRunningProcesses_v2(
      long device, long count, long processes);

  static native int nvmlDeviceGetGraphicsRunningProcesses_v3(
      long device, long count, long processes);

  static native int nvmlDeviceGetGspFirmwareMode(long device, long enabled, long byDefault);

  static native int nvmlDeviceGetGspFirmwareVersion(long device, long text);

  static native int nvmlDeviceGetHandleByIndex_v2(int index, long device);

  static native int nvmlDeviceGetHandleByPciBusId_v2(long text, long device);

  static native int nvmlDeviceGetHandleByUUID(long text, long device);

  static native int nvmlDeviceGetIndex(long device, long value);

  static native int nvmlDeviceGetInforomConfigurationChecksum(long device, long value);

  static native int nvmlDeviceGetInforomImageVersion(long device, long text, int size);

  static native int nvmlDeviceGetInforomVersion(long device, int object, long text, int size);

  static native int nvmlDeviceGetLastBBXFlushTime(long device, long timeUs, long durationUs);

  static native int nvmlDeviceGetMarginTemperature(long device, long value);

  static native int nvmlDeviceGetMaxClockInfo(long device, int type, long value);

  static native int nvmlDeviceGetMaxMigDeviceCount(long device, long value);

  static native int nvmlDeviceGetMaxPcieLinkGeneration(long device, long value);

  static native int nvmlDeviceGetMaxPcieLinkWidth(long device, long value);

  static native int nvmlDeviceGetMemoryBusWidth(long device, long value);

  static native int nvmlDeviceGetMemoryErrorCounter(
      long device, int error, int counter, int location, long value);

  static native int nvmlDeviceGetMemoryInfo(long device, long value);

  static native int nvmlDeviceGetMemoryInfo_v2(long device, long value);

  static native int nvmlDeviceGetMigDeviceHandleByIndex(long device, int index, long instance);

  static native int nvmlDeviceGetMigMode(long device, long current, long pending);

  static native int nvmlDeviceGetMinorNumber(long device, long value);

  static native int nvmlDeviceGetModuleId(long device, long value);

  static native int nvmlDeviceGetName(long device, long text, int size);

  static native int nvmlDeviceGetNumFans(long device, long value);

  static native int nvmlDeviceGetNumGpuCores(long device, long value);

  static native int nvmlDeviceGetNumaNodeId(long device, long value);

  static native int nvmlDeviceGetNvLinkCapability(
      long device, int link, int capability, long value);

  static native int nvmlDeviceGetNvLinkErrorCounter(long device, int link, int counter, long value);

  static native int nvmlDeviceGetNvLinkRemoteDeviceType(long device, int link, long value);

  static native int nvmlDeviceGetNvLinkRemotePciInfo_v2(long device, int link, long value);

  static native int nvmlDeviceGetNvLinkState(long device, int link, long value);

  static native int nvmlDeviceGetNvLinkVersion(long device, int link, long value);

  static native int nvmlDeviceGetPciInfo_v3(long device, long value);

  static native int nvmlDeviceGetPdi(long device, long value);

  static native int nvmlDeviceGetPerformanceState(long device, long value);

  static native int nvmlDeviceGetPersistenceMode(long device, long value);

  static native int nvmlDeviceGetPlatformInfo(long device, long value);

  static native int nvmlDeviceGetPowerManagementDefaultLimit(long device, long value);

  static native int nvmlDeviceGetPowerManagementLimit(long device, long value);

  static native int nvmlDeviceGetPowerManagementLimitConstraints(long device, long min, long max);

  static native int nvmlDeviceGetPowerUsage(long device, long value);

  static native int nvmlDeviceGetProcessUtilization(
      long device, long samples, long count, long lastSeen);

  static native int nvmlDeviceGetRemappedRows(
      long device, long corrected, long uncorrected, long pending, long failure);

  static native int nvmlDeviceGetRemappedRows_v2(long device, long value);

  static native int nvmlDeviceGetRepairStatus(long device, long value);

  static native int nvmlDeviceGetRetiredPagesPendingStatus(long device, long value);

  static native int nvmlDeviceGetRetiredPages_v2(
      long device, int cause, long count, long addresses, long timesUs);

  static native int nvmlDeviceGetRowRemapperHistogram(long device, long value);

  static native int nvmlDeviceGetSamples(
      long device, int type, long lastSeen, long valueType, long count, long samples);

  static native int nvmlDeviceGetSerial(long device, long text, int size);

  static native int nvmlDeviceGetSramEccErrorStatus(long device, long value);

  static native int nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(long device, long value);

  static native int nvmlDeviceGetSupportedClocksEventReasons(long device, long value);

  static native int nvmlDeviceGetSupportedClocksThrottleReasons(long device, long value);

  static native int nvmlDeviceGetSupportedEventTypes(long device, long value);

  static native int nvmlDeviceGetTemperature(long device, int sensor, long value);

  static native int nvmlDeviceGetTemperatureThreshold(long device, int type, long value);

  static native int nvmlDeviceGetTemperatureV(long device, long value);

  static native int nvmlDeviceGetTopologyCommonAncestor(long device, long other, long level);

  static native int nvmlDeviceGetUUID(long device, long text, int size);

  static native int nvmlDeviceGetUnrepairableMemoryFlag_v1(long device, long value);

  static native int nvmlDeviceGetUtilizationRates(long device, long value);

  static native int nvmlDeviceGetVbiosVersion(long device, long text, int size);

  static native int nvmlDeviceGetVirtualizationMode(long device, long value);

  static native int nvmlDeviceRegisterEvents(long device, long types, long set);

  static native int nvmlDeviceValidateInforom(long device);

  static native int nvmlEventSetCreate(long set);

  static native int nvmlEventSetFree(long set);

  static native int nvmlEventSetWait(long set, long data, int timeoutMs);

  static native int nvmlEventSetWait_v2(long set, long data, int timeoutMs);

  static native int nvmlGetExcludedDeviceCount(long count);

  static native int nvmlGetExcludedDeviceInfoByIndex(int index, long info);

  static native int nvmlGpmMetricsGet(long metrics);

  static native int nvmlGpmQueryDeviceSupport(long device, long support);

  static native int nvmlGpmSampleAlloc(long sample);

  static native int nvmlGpmSampleFree(long sample);

  static native int nvmlGpmSampleGet(long device, long sample);

  static native int nvmlSystemGetCPER_v1(long records);

  static native int nvmlSystemGetConfComputeCapabilities(long value);

  static native int nvmlSystemGetConfComputeState(long value);

  static native int nvmlSystemGetCudaDriverVersion_v2(long value);

  static native int nvmlSystemGetDriverBranch(long branch, int size);

  static native int nvmlSystemGetDriverVersion(long text, int size);

  static native int nvmlSystemGetNVMLVersion(long text, int size);
}
