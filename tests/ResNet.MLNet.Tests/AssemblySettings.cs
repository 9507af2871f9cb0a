// libtorch uses every core by itself, and native tensors are counted across the process.
[assembly: DoNotParallelize]
