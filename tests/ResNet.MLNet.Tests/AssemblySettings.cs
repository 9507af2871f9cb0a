// Native tensors are counted across the process.
[assembly: DoNotParallelize]
