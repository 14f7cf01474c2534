import { isSecret } from '../../../devices/dialects/secrets.ts';

/** Why a property that Zigbee2MQTT publishes is not read. */
export type Unread =
  | 'light'
  | 'cover'
  | 'climate'
  | 'fan'
  | 'composite'
  | 'setting'
  | 'secret'
  | 'environment'
  | 'alarm'
  | 'action'
  | 'water'
  | 'appliance'
  | 'schedule'
  | 'diagnostics'
  | 'radar'
  | 'partial'
  | 'twice'
  | 'other';

/** One published value of a model's description. */
export interface Published {
  /** Its name without the endpoint. */
  readonly property: string;
  readonly type: string;
  /** The type of the feature that it is part of, e.g. `light`; absent at the top. */
  readonly feature?: string | undefined;
  /** It can be set, so it is a wish and not a measurement. */
  readonly settable: boolean;
}

/** Features of which nothing is read: what a home is lit, shaded and heated with tells of its residents, and nobody asked. */
const FEATURES: ReadonlyMap<string, Unread> = new Map([
  ['light', 'light'],
  ['cover', 'cover'],
  ['climate', 'climate'],
  ['fan', 'fan'],
  ['composite', 'composite'],
  ['list', 'composite'],
]);

const listed = (table: Readonly<Partial<Record<Unread, string>>>): ReadonlyMap<string, Unread> =>
  new Map(
    (Object.entries(table) as [Unread, string][]).flatMap(([reason, names]) =>
      names
        .trim()
        .split(/\s+/)
        .map((name): [string, Unread] => [name, reason]),
    ),
  );

/**
 * Words of what Engawa reads. A name with one of them is covered by no other word: it stands whole in `NAMES`, so that
 * a new model's `presence_zone` is looked at by somebody and not taken for a radar's setting.
 */
const OWN_WORDS = new Set(
  'contact occupancy presence motion lock door window opening power energy voltage current battery tamper'.split(' '),
);

/** Whole names, `#` for a number and without the phase. */
const NAMES = listed({
  partial: `
    power energy current voltage power_factor produced_energy produced_energy_tier energy_produced energy_tier
    current_tier#_summ_delivered channel_#_battery_low contact_alarm occupancy_alarm mmwave_area#_occupancy
    occupancy_in occupancy_out occupancy_or occupancy_and out_door_sensor# zone_#_power neutral_presence
    battery# smoke_battery
  `,
  appliance: `
    power_apparent power_reactive total_power_reactive total_power_apparent total_reactive_power
    total_apparent_power apparent_power reactive_power reactive_energy energy_reactive mains_voltage
    energy_today energy_yesterday energy_month total_energy output_energy_today output_energy_month
    total_output_energy total_active_power mean_power active_power active_energy total_active_energy
    reverse_energy energy_consumed consumed_energy total_energy_consumption last_session_energy session_energy
    daily_energy energy_all energy_wh energy_meter_start energy_meter_now energy_balance balance_energy
    energy_flow rms_voltage voltage_rms rms_current rms_current_max current_average available_power
    current_tarif leakage_current power_alarm power_alarm_active power_cut_off hob_power usb_power remote_power
    power_state current_compressor_power target_compressor_power current_fan_rpm current_weather_alert
    water_current current_head_position current_foot_position current_pressure current_position position_current
    opening_mode
  `,
  climate: `
    current_temperature current_value current_heating_setpoint heater_power frost_lock window window_open
    window_state window_detection window_open_internal window_open_flag open_window_detected open_window_state
    valve_opening_limit_voltage valve_closing_limit_voltage valve_motor_running_voltage
  `,
  setting: `
    child_lock children_lock lock_status presence_keep_time dry_contact
  `,
  diagnostics: `
    out_of_service external_trigger multimaster_role number_of_sensors camera_ready checking_result scan_result
    PMTSD_from_W#_Data battpercentage dhcp_enabled remote_control_permission connectivity threshold threshold_#_value
    power_outage_count power_outage powerType power_type power_supply_mode mains_power_connected battery_state
    battery_level battery_level_at_last_power_off battery_life battery_value battery_status battery_defect
    battery_voltage solar_panel_voltage ext_voltage capacitor_voltage tamper_alarm contact_last_changed
    tamper_last_changed current_device_status current_status
  `,
  radar: `
    dis_current occupancy_level occupancy_status body_motion motion_speed motion_direction motion_status
    motion_up motion_down
  `,
  twice: `
    motion_state human_motion_state presence_event movement handle_position
  `,
  other: `
    switch light light_switch active full filling dry inserted secure setup home_environment actual_order
    active_profile override_active is_execute_condition situation_set reverse sensitivity product_variant
    l# val# MOTDETAT x y z led input sg bar Bar psi
  `,
});

/** Words of names that have no word of ours; the first word of a name that is here decides. */
const WORDS = listed({
  environment: `
    temperature temp humidity humidex illuminance illumination illuminate pressure co carbon co# smoke gas voc
    tvoc pm soil moisture fertility dew vpd aqi eco eco# nox formaldehyd formaldehyde hcho ozone noise air wind
    gust uv rain rainwater precipitation weather tds salinity ph orp chlorine ec thi lux luminance ambient
    radioactive radiation leak volatile moving vibration heat chamber side angle orientation axis tilt strength
    posture breathing ntc flow level concentration particulate brightness
  `,
  alarm: `
    faults leakage derated warn cleaning warming
    alarm fault error warning trouble muted hush halo siren overheat overheated overload emergency sos sensor
    test testing self supervision restore linkage buzzer interconnectable endoflife protection fall event events
    factory
  `,
  action: `
    action button click clicks buttons scene learned learning rf ir last
  `,
  water: `
    water watering irrigation consumed consumption flow valve liquid tank pump volume hour
  `,
  climate: `
    fan heat heating cooling local setpoint boiler preheat preheating floor room thermostat trv pi boost frost
    comfort adaptation running icon occupied ac comp
  `,
  cover: `
    idle closing
    position motor curtain rod tracks cover drive travel hooks blocked calibration calibrated traverse percent
  `,
  appliance: `
    charging charge charger ev connected consumer descale feeding portions weight filter extractor hob zone
    zones output summation pulse electricity elec register tomorrow break meter metering demand load multiplier
    divisor frequency rms relay switches cable total
  `,
  schedule: `
    schedule countdown timer time timestamp duration date datetime left records cycle portions tier program
    periods
  `,
  radar: `
    target distance radar gate static direction closest nearest pir debug interference spatial detection regions
  `,
  diagnostics: `
    device link wifi server mcu firmware fw version hardware uptime reboot resets rejoin packages rssi lqi
    signal lifetime lifecycle life boot bluetooth online connection calibration status state count mode type id
    model group modbus uart component unit check reliability config metering measured measure raw abs
    notification notificationComplete
  `,
});

/** Which rule says that a property is not read, or undefined where no rule knows it. */
export function unreadBecause({ property, type, feature, settable }: Published): Unread | undefined {
  const known = FEATURES.get(type) ?? (feature === undefined ? undefined : FEATURES.get(feature));
  if (known !== undefined) return known;
  if (isSecret(property)) return 'secret';
  if (settable) return 'setting';
  const words = wordsOf(property);
  if (words.some((each) => OWN_WORDS.has(each))) return NAMES.get(plainName(property));
  for (const each of words) {
    const reason = WORDS.get(each);
    if (reason !== undefined) return reason;
  }
  return NAMES.get(plainName(property));
}

/** Phases, tariffs and numbered inputs of one meaning have one name. */
function plainName(property: string): string {
  return property
    .replaceAll(/\d+/g, '#')
    .replace(/(?:_phase)?_(?:a|b|c|ab|bc|ca|l#|t#|X|Y|Z)$/, '')
    .replace(/_#$/, '');
}

function wordsOf(property: string): string[] {
  return property
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
}
