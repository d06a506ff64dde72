//! Yardstick: goes through the events of a YAML file with saphyr-parser.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("a path is wanted")?;
    let text = std::fs::read_to_string(path)?;
    let mut events = 0;
    for event in saphyr_parser::Parser::new_from_str(&text) {
        event?;
        events += 1;
    }
    println!("{events}");
    Ok(())
}
