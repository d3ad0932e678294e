package io.esnode.timeline;

/**
 * What a statement is about.
 *
 * @param gpu its index, -1 for the machine as a whole
 * @param gpuInstance MIG GPU instance, -1 for the whole GPU
 * @param computeInstance MIG compute instance, -1 for the whole GPU
 */
record Target(int gpu, int gpuInstance, int computeInstance) {
  static final int GPUS = 256;
  static final Target MACHINE = new Target(-1, -1, -1);

  static Target gpu(int gpu) {
    return new Target(gpu, -1, -1);
  }

  boolean isInstance() {
    return gpuInstance >= 0;
  }
}
