//! `make demo`, up to its last picture.

use std::process::Command;

#[test]
fn the_demo_makes_a_district_and_a_heritage_and_scales_it() {
    let program = tests::process::binary("demo").unwrap();
    let output = Command::new(program).env("DEMO_EXIT", "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    for line in ["$ bcn district create dev", "$ bcn app create web-app", "$ bcn app scale web-app web 2", "/ui"] {
        assert!(said.contains(line), "{line:?} is not in what the demo said:\n{said}");
    }
}
