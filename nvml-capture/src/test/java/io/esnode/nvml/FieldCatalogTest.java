package io.esnode.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldCatalogTest {
  @ParameterizedTest
  @CsvSource({"1209, 251", "1300, 251", "1301, 269", "1303, 269"})
  void thermalSlowdownTimeMovedTwice(int header, int number) {
    assertThat(FieldCatalog.number("NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN", header))
        .hasValue(number);
  }

  @Test
  void headerBeforeAFieldHasNoNumberForIt() {
    assertThat(FieldCatalog.number("NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN", 1208))
        .isEmpty();
    assertThat(FieldCatalog.number("NVML_FI_DEV_POWER_INSTANT", 1200)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1204, 199", "1205, 200", "1206, 200", "1208, 199"})
  void migQueryCapabilityWasSwappedAndSwappedBack(int header, int number) {
    assertThat(FieldCatalog.number("IS_MIG_MODE_INDEPENDENT_MIG_QUERY_CAPABLE", header))
        .hasValue(number);
  }

  @ParameterizedTest
  @CsvSource({
    "1208, NVML_FI_PWR_SMOOTHING_ENABLED",
    "1300, NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
    "1301, NVML_FI_PWR_SMOOTHING_ENABLED"
  })
  void numberIsNamedByTheHeaderItCameFrom(int header, String name) {
    assertThat(FieldCatalog.name(251, header)).hasValue(name);
  }

  @Test
  void everyFieldOfEveryHeaderIsFoundAgainByItsName() {
    for (FieldCatalog.Field field : FieldCatalog.fields()) {
      assertThat(FieldCatalog.number(field.name(), field.fromHeader())).hasValue(field.number());
      assertThat(FieldCatalog.number(field.shortName(), field.fromHeader()))
          .hasValue(field.number());
      assertThat(FieldCatalog.name(field.number(), field.fromHeader())).hasValue(field.name());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "11.470.256.02, 1104",
    "12.525.147.05, 1200",
    "12.535.183.06, 1202",
    "12.550.163.01, 1204",
    "12.570.172.08, 1208",
    "12.575.64.05, 1209",
    "13.580.95.05, 1300",
    "13.590.44.01, 1301",
    "13.585.10, 1300",
    "14.700.1, 1303"
  })
  void versionStringNamesItsHeader(String nvmlVersion, int header) {
    assertThat(NvmlHeader.of(nvmlVersion, "")).hasValue(header);
  }

  @Test
  void driverVersionHelpsWhereTheNvmlVersionIsMissing() {
    assertThat(NvmlHeader.of("", "550.54.15")).hasValue(1204);
    assertThat(NvmlHeader.of("garbage", "more garbage")).isEmpty();
    assertThat(NvmlHeader.ofDriver("418.40")).isEmpty();
    assertThat(NvmlHeader.ofDriver("9999999999.1")).isEmpty();
  }
}
