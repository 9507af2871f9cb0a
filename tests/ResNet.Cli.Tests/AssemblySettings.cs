// Trainings share libtorch's one thread.
[assembly: DoNotParallelize]
