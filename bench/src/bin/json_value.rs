//! Yardstick: reads a file into a `serde_json::Value`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("a path is wanted")?;
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(path)?)?;
    println!("{}", value.as_object().map_or(0, serde_json::Map::len));
    std::process::exit(0) // without the time that dropping the tree takes
}
