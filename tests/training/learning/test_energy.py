"""Energy counters, read as Linux shows them."""

from pathlib import Path

from training.learning.energy import Meter


def counters(folder: Path, *microjoules: int) -> Meter:
    for number, value in enumerate(microjoules):
        package = folder / f"intel-rapl:{number}"
        package.mkdir(exist_ok=True)
        (package / "energy_uj").write_text(f"{value}\n")
        (package / "max_energy_range_uj").write_text("999999\n")
        # A part of a package, which its package counts already.
        part = folder / f"intel-rapl:{number}:0"
        part.mkdir(exist_ok=True)
        (part / "energy_uj").write_text("5\n")
    return Meter.now(folder)


def test_all_packages_are_added_up_once(tmp_path):
    before = counters(tmp_path, 100_000, 200_000)

    assert before.joules_until(counters(tmp_path, 400_000, 700_000)) == 0.8


def test_a_counter_that_began_anew_is_followed(tmp_path):
    before = counters(tmp_path, 900_000)

    assert before.joules_until(counters(tmp_path, 100_000)) == 0.2


def test_a_machine_that_tells_nothing_gives_nothing(tmp_path):
    assert Meter.now(tmp_path).joules_until(Meter.now(tmp_path)) is None
    before = counters(tmp_path, 1)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("")
    assert before.joules_until(Meter.now(tmp_path)) is None
