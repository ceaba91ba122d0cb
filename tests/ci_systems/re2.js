// In place of the package re2, which compiles itself when it is installed. gitlab-ci-local uses it for the regular
// expressions of `rules`.
module.exports = RegExp;
