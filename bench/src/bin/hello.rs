//! Yardstick: a program that does nothing, so that what remains is starting and ending a process.

fn main() {
    println!("hello");
}
