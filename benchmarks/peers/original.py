"""The tasks of the pandas pipeline that this warehouse replaces, written again from its description.

Six tasks hand records to each other as it did: generate, transform, validate, load to bronze, join to silver,
aggregate to gold. Airflow, which ran them, is left out, and so is the time that it needs.

usage: original.py <database URL> <tests> <days>
"""

import random
import sys
from datetime import datetime, timedelta, timezone

import pandas as pd
from psycopg2.extras import execute_values
from sqlalchemy import create_engine, text

SCENARIOS = [
    "Database Failover",
    "Network Latency",
    "Service Restart",
    "Memory Pressure",
    "CPU Spike",
    "Dependency Timeout",
]
APPLICATIONS = [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480)]
ERRORS = ["Connection timeout", "Service unavailable", "Out of memory", "Dependency failed"]
COLUMNS = "app_id, scenario_name, start_time, end_time, duration_ms, status, error_message, metadata_json"

SCHEMA = """
create schema resiliency;
create table resiliency.dim_applications (app_id int primary key, rto_minutes int not null);
create table resiliency.dim_test_scenarios (scenario_id serial primary key, scenario_name text unique not null);
create table resiliency.raw_resiliency_tests (
  test_id bigserial primary key, app_id int not null references resiliency.dim_applications, scenario_id int,
  scenario_name text, start_time timestamptz not null, end_time timestamptz not null,
  duration_ms int not null check (duration_ms > 0), status text not null check (status in ('passed', 'failed')),
  error_message text, metadata_json jsonb, created_at timestamptz not null default now());
create table resiliency.stg_resiliency_tests (
  test_id bigserial primary key, app_id int not null references resiliency.dim_applications,
  scenario_id int references resiliency.dim_test_scenarios, start_time timestamptz not null,
  end_time timestamptz not null, duration_ms int not null, status text not null, error_message text,
  metadata_json jsonb, created_at timestamptz not null default now());
create table resiliency.fact_resiliency_metrics (
  metric_id bigserial primary key, app_id int not null references resiliency.dim_applications,
  metric_date date not null, total_tests int, passed_tests int, failed_tests int, uptime_percentage numeric,
  mttr_minutes numeric, rto_compliant boolean, created_at timestamptz not null default now());
create index on resiliency.raw_resiliency_tests (app_id);
create index on resiliency.raw_resiliency_tests (start_time);
create index on resiliency.raw_resiliency_tests (status);
create index on resiliency.stg_resiliency_tests (app_id);
create index on resiliency.stg_resiliency_tests (start_time);
create index on resiliency.stg_resiliency_tests (status);
"""


def extract_data(tests: int, days: int) -> list[dict]:
    first = datetime(2026, 1, 1, tzinfo=timezone.utc)
    records = []
    for number in range(tests):
        passed = random.random() < 0.85
        duration = random.randint(100, 5000) if passed else random.randint(1000, 30000)
        start = first + timedelta(days=number % days, seconds=random.randrange(86400))
        records.append({
            "app_id": random.choice(APPLICATIONS)[0],
            "scenario_name": random.choice(SCENARIOS),
            "start_time": start,
            "end_time": start + timedelta(milliseconds=duration),
            "duration_ms": duration,
            "status": "passed" if passed else "failed",
            "error_message": None if passed else random.choice(ERRORS),
            "metadata_json": None if passed else '{"retries": %d}' % random.randrange(5),
        })
    return records


def transform_data(records: list[dict]) -> list[dict]:
    frame = pd.DataFrame(records)
    frame = frame.dropna(subset=["app_id", "start_time", "end_time", "duration_ms", "status"])
    frame = frame.drop_duplicates(subset=["app_id", "scenario_name", "start_time"])
    frame["test_hour"] = frame["start_time"].dt.hour
    frame["test_date"] = frame["start_time"].dt.strftime("%Y-%m-%d")
    frame["duration_minutes"] = frame["duration_ms"] / 60000
    frame["is_critical_failure"] = (frame["status"] == "failed") & (frame["duration_ms"] > 20000)
    for column in ["start_time", "end_time"]:
        frame[column] = frame[column].map(lambda time: time.isoformat())
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def validate_data(records: list[dict]) -> None:
    frame = pd.DataFrame(records)
    assert frame["app_id"].notna().all() and frame["status"].notna().all()
    assert frame["status"].isin(["passed", "failed"]).all()
    assert (frame["duration_ms"] > 0).all()


def load_raw_data(engine, records: list[dict]) -> None:
    names = COLUMNS.split(", ")
    with engine.begin() as connection:
        execute_values(
            connection.connection.cursor(),
            f"insert into resiliency.raw_resiliency_tests ({COLUMNS}) values %s",
            [tuple(record[name] for name in names) for record in records],
            page_size=1000,
        )


def populate_staging(engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("""
            insert into resiliency.stg_resiliency_tests
              (app_id, scenario_id, start_time, end_time, duration_ms, status, error_message, metadata_json)
            select raw.app_id, scenario.scenario_id, raw.start_time, raw.end_time, raw.duration_ms, raw.status,
              raw.error_message, raw.metadata_json
            from resiliency.raw_resiliency_tests as raw
            left join resiliency.dim_test_scenarios as scenario using (scenario_name)"""))


def generate_metrics(engine) -> None:
    tests = pd.read_sql("select app_id, start_time, duration_ms, status from resiliency.stg_resiliency_tests", engine)
    tests["metric_date"] = tests["start_time"].dt.date
    tests["failed"] = tests["status"] == "failed"
    tests["failed_minutes"] = (tests["duration_ms"] / 60000).where(tests["failed"])
    metrics = tests.groupby(["app_id", "metric_date"], as_index=False).agg(
        total_tests=("status", "size"), failed_tests=("failed", "sum"), mttr_minutes=("failed_minutes", "mean"))
    metrics["passed_tests"] = metrics["total_tests"] - metrics["failed_tests"]
    metrics["uptime_percentage"] = 100 * metrics["passed_tests"] / metrics["total_tests"]
    metrics["rto_compliant"] = metrics["mttr_minutes"].fillna(0) <= metrics["app_id"].map(dict(APPLICATIONS))
    metrics.to_sql("fact_resiliency_metrics", engine, schema="resiliency", if_exists="append", index=False)


def main(url: str, tests: int, days: int) -> None:
    engine = create_engine(url.replace("postgres://", "postgresql+psycopg2://"))
    with engine.begin() as connection:
        connection.execute(text(SCHEMA))
        for app_id, minutes in APPLICATIONS:
            connection.execute(
                text("insert into resiliency.dim_applications values (:app_id, :minutes)"),
                {"app_id": app_id, "minutes": minutes})
        for name in SCENARIOS:
            connection.execute(
                text("insert into resiliency.dim_test_scenarios (scenario_name) values (:name)"), {"name": name})
    records = transform_data(extract_data(tests, days))
    validate_data(records)
    load_raw_data(engine, records)
    populate_staging(engine)
    generate_metrics(engine)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
