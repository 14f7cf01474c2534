/** The text of `engawa sim --help`. */
export const HELP = `A simulated home that speaks as Zigbee2MQTT does: seven sensors and two people, to any MQTT server.

Usage: engawa sim --url mqtt://USER:PASSWORD@HOST:PORT [OPTIONS]
       engawa sim --out FILE.jsonl --days N [OPTIONS]
       engawa sim --scenario FILE.yaml --url mqtt://… [OPTIONS]
       engawa sim --opcua-port PORT [OPTIONS]
       engawa sim replay [FILE] --url mqtt://… [OPTIONS]
       engawa sim hubs --hubs FILE --offer NAME …: enrolled hubs; engawa sim hubs --help
       engawa sim capture --url mqtt://… --out FILE.jsonl [--topics FILTER]
       engawa sim play FILE.jsonl --url mqtt://… [OPTIONS]
       engawa sim models [WORD …]

  --url URL         the MQTT server, mqtt:// or mqtts:// for TLS; or in the environment: ENGAWA_SIM_URL
  --out FILE        write the messages to a file instead, one JSON object a line
  --scenario FILE   a home's devices and its faults, from a YAML file; firmware-sim/scenario shows how; options win over it
  --truth FILE      write beside it what really happened and what became of each message, one JSON object a line
  --speed N         home seconds in a real second; default 1
  --realtime        the same as --speed 1, whatever a scenario says
  --clock R:H:N     share a clock: at real time R (milliseconds) the home's time is H, N times as fast
  --start TIME      the home's time at the beginning, 2026-11-23 or 2026-11-23T06:30; default now
  --until TIME      the home's time at the end
  --days N          how many days of the home's time; default without end
  --seed N          another household, 0 to 4294967295; the same seed gives the same messages; default 1
  --home NAME       apartment (default), family-house or quiet-flat: other rooms, people, animals and appliances
  --homes N         so many homes, each with its own Zigbee2MQTT: base topics TOPIC-1, TOPIC-2 …, seeds from --seed on
  --opcua-port PORT the home's electricity meter as an OPC UA server at opc.tcp://127.0.0.1:PORT, beside --url or alone
  --opcua-bind IP   where it listens; default 127.0.0.1, and 0.0.0.0 is everywhere
  --opcua-folder F  where it keeps its key and certificate; default a temporary folder, new in each run
  --qos 0|1|2       quality of service of every message; default 0, as Zigbee2MQTT
  --base TOPIC      base topic; default zigbee2mqtt
  --last-seen KIND  disable (default), ISO_8601, ISO_8601_local or epoch
  --time-zone ZONE  the home's time zone, for example Asia/Tokyo; default this machine's
  --view            draw what happens, four times a second, on standard error; default where that is a terminal
  --no-view         a plain line every 30 seconds instead
  --help            this text

replay publishes a household's electricity as a Zigbee meter: a household_power_consumption file (semicolons or
commas, plain or .gz), or any meter's file whose columns are named. A log of binary sensors, as CASAS writes it
(2009-10-16 00:01:04 M017 ON), is known by its first line and becomes doors and motion sensors. Without FILE it takes the sample that comes with Engawa. The time of day is kept, the date is
moved so that the replay begins now.

  --as NAME         the meter's name; default electricity_meter
  --time-column T   the column of a meter's file with the time: 2026-11-23 06:30:00, ISO 8601, or seconds since 1970 …
  --power-column P  … and the one with the power
  --unit W|kW       of that column; default W
  --from DATE       the day of the file to begin with, 2007-01-31 or 31/1/2007; default its first

capture writes what any MQTT server publishes to a file, until Ctrl-C; play says it again at its own pace, or --speed times as
fast. A capture holds what your home said: treat it like a diary.

  --topics FILTER   what to capture; default #

models lists the real Zigbee products that a scenario's devices can be, those with every WORD in their name, kind, maker or
description.
`;
