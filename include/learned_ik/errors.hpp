// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
// What is thrown: never for a pose that cannot be reached, always for what is no request.
#pragma once

#include <stdexcept>
#include <string>

namespace learned_ik {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A packed model is missing, broken, truncated, foreign, or of a newer format.
class ModelFileError : public Error {
 public:
  using Error::Error;
};

// A value of a request is no number, out of range, or there are too many or too few.
class InvalidInputError : public Error {
 public:
  using Error::Error;
};

// The library fits neither this header nor this processor.
class LibraryError : public Error {
 public:
  using Error::Error;
};

}  // namespace learned_ik
