// dynalite on a free port, in memory: prints the port, and ends with its standard input.
import dynalite from 'dynalite';

// What it takes for an answer where real DynamoDB takes some seconds: tables are there at once.
const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

// Whoever started it may be killed; it must not stay behind.
process.stdin.resume().on('end', () => process.exit(0));
